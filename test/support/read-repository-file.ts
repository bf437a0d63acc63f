import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The text of a file of the repository; empty where there is none. */
export const readRepositoryFile = (file: string): string =>
  existsSync(`${ROOT}${file}`) ? readFileSync(`${ROOT}${file}`, 'utf8') : ''
