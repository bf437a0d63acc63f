import { checkNumbers, toMigration } from '#shared/db/migration-files.ts'
import type { Rule, SourceFile } from './source-files.ts'

const find = (files: readonly SourceFile[], path: string): SourceFile | undefined =>
  files.find((file) => file.path === path)

const HEADER_PARTS = ['Why', 'Lock', 'Way back']

/** Numbered without gaps; each says why, what it locks and the way back; each is one transaction of the runner's. */
export const checkMigrations: Rule = (files) => {
  const migrations = files
    .filter(({ path }) => /^migrations\/.*\.sql$/.test(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  const complaints = migrations.flatMap(({ path, text }) => {
    const header = /^(?:\s*--.*\n)*/.exec(text)?.[0] ?? ''
    const missing = HEADER_PARTS.filter((part) => !header.includes(`-- ${part}: `))
    const ownTransaction = /^\s*(?:begin|start transaction|commit|rollback)\s*;/im.test(text)
    return [
      ...missing.map((part) => `${path}: its header lacks "-- ${part}: ..."`),
      ...(ownTransaction ? [`${path}: must leave begin and commit to the runner`] : []),
    ]
  })
  try {
    checkNumbers(
      migrations.map(({ path, text }) => toMigration(path.slice('migrations/'.length, -'.sql'.length), text)),
    )
  } catch (error) {
    complaints.push(`migrations/: ${error instanceof Error ? error.message : String(error)}`)
  }
  return complaints
}

type PackageJson = { license?: string; scripts?: Record<string, string> }

const readPackageJson = (files: readonly SourceFile[]): PackageJson =>
  JSON.parse(find(files, 'package.json')?.text ?? '{}')

/** Every file that a command of package.json starts is there. */
export const checkScripts: Rule = (files) =>
  Object.entries(readPackageJson(files).scripts ?? {}).flatMap(([name, command]) =>
    [...command.matchAll(/\bnode (?:--\S+ )*(\S+\.(?:ts|js|mjs))/g)]
      .map(([, path = '']) => path)
      .filter((path) => !find(files, path))
      .map((path) => `package.json: script "${name}" starts ${path}, which does not exist`),
  )

export const checkLicense: Rule = (files) => [
  ...(find(files, 'LICENSE')?.text.startsWith('MIT License') ? [] : ['LICENSE: must be the MIT licence']),
  ...(readPackageJson(files).license === 'MIT' ? [] : ['package.json: license must be MIT']),
]
