import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** A file of the repository; `path` is relative to its root, with '/'. */
export type SourceFile = { path: string; text: string }

/** Looks at files and says what is wrong, one sentence each, beginning with the path. */
export type Rule = (files: readonly SourceFile[]) => string[]

const SKIPPED_FOLDERS = new Set(['node_modules', '.git', '.secrets', 'build', 'coverage'])
const TEXT =
  /\.(tsx?|js|mjs|css|html|svg|json|ya?ml|md|sql|sh|toml|conf|txt)$|(^|\/)(Dockerfile|Caddyfile|LICENSE|\.[a-z]+)$/

/** Every text file of the repository, as the working tree has it; what .gitignore names and links are left out. */
export function readRepository(root: string, folder = ''): SourceFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name)
    if (entry.isDirectory()) {
      const isSkipped = SKIPPED_FOLDERS.has(entry.name) || entry.name.startsWith('.kopeika')
      return isSkipped ? [] : readRepository(root, path)
    }
    return entry.isFile() && TEXT.test(path) ? [{ path, text: readFileSync(join(root, path), 'utf8') }] : []
  })
}

export const isTypeScript = ({ path }: SourceFile): boolean => /\.tsx?$/.test(path)

export const isTest = ({ path }: SourceFile): boolean => path.endsWith('.test.ts') || path.startsWith('test/')

/** How many lines an editor shows. */
export const countLines = (text: string): number => text.replace(/\n$/, '').split('\n').length
