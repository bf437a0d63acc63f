/** Writes migrations/graphile-worker.psql: graphile-worker's own schema as one file, which goes with every backup. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FILE = fileURLToPath(new URL('../migrations/graphile-worker.psql', import.meta.url))

const packageFolder = (): string =>
  dirname(dirname(createRequire(import.meta.url).resolve('graphile-worker')))

/** The text that the file must have for the installed version. */
export const renderWorkerSchema = (): string => {
  const folder = join(packageFolder(), 'sql')
  const { version }: { version: string } = JSON.parse(
    readFileSync(join(packageFolder(), 'package.json'), 'utf8'),
  )
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
  const scripts = files.map((name) => {
    const text = readFileSync(join(folder, name), 'utf8').replaceAll(
      ':GRAPHILE_WORKER_SCHEMA',
      'graphile_worker',
    )
    const isBreaking = text.startsWith('--! breaking')
    return `-- ${name}\n${text.trimEnd()}\ninsert into graphile_worker.migrations (id, breaking) values (${Number.parseInt(name, 10)}, ${isBreaking});\n`
  })
  return `-- Made by \`npm run worker-schema\` from graphile-worker ${version}: its schema as one file, for restores.

create schema if not exists graphile_worker;
create table if not exists graphile_worker.migrations(
  id int primary key,
  ts timestamptz default now() not null,
  breaking boolean not null default false
);

${scripts.join('\n')}`
}

if (import.meta.main) writeFileSync(FILE, renderWorkerSchema())
