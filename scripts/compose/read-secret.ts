import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The text of a secret's file, without the line's end that editors add. @throws Error naming a file that is missing or empty */
export const readSecretFile = (folder: string, name: string): string => {
  const file = join(folder, name)
  let text = ''
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch {
    throw new Error(`The secret ${file} cannot be read.`)
  }
  if (text === '') throw new Error(`The secret ${file} is empty.`)
  return text
}
