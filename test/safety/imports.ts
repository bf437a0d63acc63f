import { posix } from 'node:path'
import type { SourceFile } from './source-files.ts'

const IMPORTS = [
  // import ... from 'x' and export ... from 'x', over several lines too
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]/g,
]

/** What a file imports: a path in the repository for our own files, else the specifier as it stands. */
export function importsOf({ path, text }: SourceFile): string[] {
  const specifiers = IMPORTS.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, specifier = '']) => specifier),
  )
  return specifiers.map((specifier) => {
    if (specifier.startsWith('#shared/')) return specifier.slice(1)
    if (specifier.startsWith('#template/'))
      return `templates/node24-ts/${specifier.slice('#template/'.length)}`
    if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier)
    return specifier
  })
}
