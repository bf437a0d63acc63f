import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const Compose = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({ build: z.union([z.string(), z.looseObject({ context: z.string() })]).optional() }),
  ),
})

/** The functions of docker-compose.yml, in its order: what is built from build/<name>. @throws Error for a folder without the file */
export const functionsOf = (folder: string): string[] => {
  const file = join(folder, 'docker-compose.yml')
  if (!existsSync(file)) throw new Error(`There is no ${file}: run this in the folder of the installation.`)
  const { services } = Compose.parse(parse(readFileSync(file, 'utf8'), { merge: true }))
  return Object.entries(services).flatMap(([name, { build }]) =>
    typeof build === 'object' && build.context === `build/${name}` ? [name] : [],
  )
}

const TAG_LINE = /^TAG=(.*)$/m

/** The TAG that `.env` names, or undefined. */
export const readTag = (folder: string): string | undefined => {
  const file = join(folder, '.env')
  return (existsSync(file) && TAG_LINE.exec(readFileSync(file, 'utf8'))?.[1]?.trim()) || undefined
}

/** Writes it there, whole or not at all; all else of the file stays. */
export const writeTag = (folder: string, tag: string): void => {
  const file = join(folder, '.env')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const line = `TAG=${tag}`
  const gap = text === '' || text.endsWith('\n') ? '' : '\n'
  const written = TAG_LINE.test(text) ? text.replace(TAG_LINE, line) : `${text}${gap}${line}\n`
  const draft = `${file}.new`
  writeFileSync(draft, written, { mode: 0o600 })
  renameSync(draft, file)
}
