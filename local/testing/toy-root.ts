import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

const REPOSITORY = dirname(dirname(import.meta.dirname))

const HANDLER = `
import { processEnv } from '#shared/platform/env.ts'

export const handler = {
  start: async () => ({
    name: 'toy',
    bodyLimitBytes: 1_000_000,
    handle: async ({ method, path, query, headers, body }) => {
      if (path === '/crash') process.exit(7)
      const seen = { method, path, query: query.toString(), headers, body: body.toString(), env: Object.keys(processEnv()).sort() }
      return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(seen) }
    },
    close: async () => {},
  }),
}
`

const BROKEN_HANDLER = `
export const handler = { start: async () => { throw new Error('the toy is broken') } }
`

/** An empty folder of its own for the test that runs; removed after it. */
export const makeTempFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-local-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** A repository in small: our templates and migrations, and toy functions that echo (`broken` ones fail at their start). */
export const makeToyRoot = (
  names: readonly string[],
  broken: readonly string[] = [],
): { root: string; stackYml: string } => {
  const root = makeTempFolder()
  for (const folder of ['templates', 'migrations', 'shared', 'node_modules', 'package.json', 'tariff.yml']) {
    symlinkSync(join(REPOSITORY, folder), join(root, folder))
  }
  for (const name of names) {
    mkdirSync(join(root, 'functions', name), { recursive: true })
    writeFileSync(
      join(root, 'functions', name, 'handler.ts'),
      broken.includes(name) ? BROKEN_HANDLER : HANDLER,
    )
  }
  const stackYml = join(root, 'stack.yml')
  writeFileSync(stackYml, `functions:\n${names.map((name) => `  ${name}:\n    lang: node24-ts\n`).join('')}`)
  return { root, stackYml }
}
