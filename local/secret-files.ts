import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, messageOf, StartProblem } from './start-problem.ts'

/** Random text of A-Z a-z 0-9 _ -, fit for passwords in URLs, headers and Telegram's secret token. */
export const randomText = (bytes = 32): string => randomBytes(bytes).toString('base64url')

/** Written beside and renamed: a crash never leaves half a secret. Mode 0600. */
export const writeSecret = (folder: string, name: string, text: string): void => {
  const draft = join(folder, `.${name}.${randomBytes(4).toString('hex')}`)
  writeFileSync(draft, `${text}\n`, { mode: 0o600, flush: true })
  renameSync(draft, join(folder, name))
}

const readSecret = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new StartProblem(`The secret file ${file} cannot be read: ${messageOf(error)}.`)
  }
}

/**
 * Gives the secret kept in `<folder>/<name>`; makes it on the first start. `check` throws with the reason when the text is no
 * good: such a file is never overwritten, since data may be sealed with it.
 * @throws StartProblem naming the file
 */
export const keepSecret = (
  folder: string,
  name: string,
  make: () => string,
  check: (text: string) => void = (text) => {
    if (text.length < 8) throw new Error('it is empty or too short')
  },
): string => {
  const file = join(folder, name)
  const kept = readSecret(file)
  if (kept === undefined) {
    const made = make()
    writeSecret(folder, name, made)
    return made
  }
  try {
    check(kept)
  } catch (error) {
    throw new StartProblem(
      `The secret file ${file} is damaged (${messageOf(error)}): put the right one back, or start with an empty KOPEIKA_HOME.`,
    )
  }
  return kept
}
