import { lstatSync, readlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { checkDirections, checkDomainIsPure } from './safety/direction-rules.ts'
import { checkLicense, checkMigrations, checkScripts } from './safety/repository-rules.ts'
import { type Rule, readRepository, type SourceFile } from './safety/source-files.ts'
import {
  checkEnvironment,
  checkLengths,
  checkNoBarrels,
  checkNoDefaultExports,
  checkNoMachinePaths,
  checkSqlIsStatic,
  checkTestsRun,
} from './safety/source-rules.ts'
import { checkStack } from './safety/stack-rules.ts'
import { checkTemplate } from './safety/template-rules.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const repository = readRepository(root)

const file = (path: string, text: string): SourceFile => ({ path, text })
const lines = (count: number): string => 'const a = 1\n'.repeat(count)

// in pieces, so that this file does not break the rules it proves
const ENV = ['process', 'env'].join('.')
const SKIP = ['test', 'skip'].join('.')
const UNSAFE = ['sql', 'unsafe'].join('.')
const MACHINE_PATH = ['', 'work', 'main'].join('/')

const MIGRATION = '-- Why: x\n-- Lock: none\n-- Way back: drop it\n\nselect 1;\n'
const migration = (path: string, text = MIGRATION): SourceFile => file(`migrations/${path}.sql`, text)

const STACK = `
version: 1.0
x-common: &common
  LOG_LEVEL: info
  exec_timeout: 20s
  read_timeout: 22s
  write_timeout: 22s
  healthcheck_interval: 5s
x-probes: &probes { com.openfaas.health.http.path: /_/health, com.openfaas.ready.http.path: /_/ready }
provider: { name: openfaas, gateway: http://127.0.0.1:8080 }
functions:
  charge:
    lang: node24-ts
    handler: ./functions/charge
    image: charge
    environment: { <<: *common }
    secrets: [api-clients, metrics-token, database-url]
    labels: { com.openfaas.scale.min: "1", com.openfaas.scale.max: "5" }
    annotations: { <<: *probes, topic: cron-function, schedule: "* * * * *" }
    limits: { memory: 256Mi, cpu: 1000m }
    requests: { memory: 96Mi, cpu: 50m }
    readonly_root_filesystem: true
configuration: { copy: [./shared] }
`
const stack = (text: string, needs = "'database'"): SourceFile[] => [
  file('stack.yml', text),
  file('shared/platform/config.ts', 'env.LOG_LEVEL'),
  file('functions/charge/handler.ts', `defineFunction({ needs: [${needs}], deadlineMs: 18_000 })`),
]
const manyFunctions = (count: number): SourceFile[] => {
  const [head = '', entry = ''] = [
    STACK.slice(0, STACK.indexOf('  charge:')),
    STACK.slice(STACK.indexOf('  charge:')),
  ]
  const [body = '', tail = ''] = entry.split('configuration:')
  const names = Array.from({ length: count }, (_, index) => `charge-${String.fromCharCode(97 + index)}`)
  return [
    ...stack(
      `${head}${names.map((name) => body.replaceAll('charge', name)).join('')}configuration:${tail}`,
    ).slice(0, 2),
    ...names.map((name) => file(`functions/${name}/handler.ts`, "defineFunction({ needs: ['database'] })")),
  ]
}

/** The template as it is, with something of one file changed. */
const template = (name = '', from = '', to = ''): SourceFile[] => {
  const paths = ['Dockerfile', 'template.yml', 'package.json'].map((one) => `templates/node24-ts/${one}`)
  return repository
    .filter(({ path }) => path === 'package.json' || paths.includes(path))
    .map(({ path, text }) => file(path, path.endsWith(`/${name}`) ? text.replaceAll(from, to) : text))
}

type Example = [name: string, files: SourceFile[]]

const RULES: { name: string; rule: Rule; good: Example[]; bad: Example[] }[] = [
  {
    name: 'imports go one way',
    rule: checkDirections,
    good: [
      ['an adapter uses the domain', [file('shared/db/a.ts', "import { a } from '#shared/domain/a.ts'")]],
      [
        'the composition root uses an adapter',
        [file('shared/http/a.ts', "import { a } from '#shared/db/a.ts'")],
      ],
      [
        'a function uses its own file',
        [file('functions/charge/handler.ts', "import { a } from './charge.ts'")],
      ],
      [
        'a test uses what it likes',
        [file('shared/db/a.test.ts', "import { a } from '../../test/support/a.ts'")],
      ],
    ],
    bad: [
      ['domain imports db', [file('shared/domain/a.ts', "import { a } from '#shared/db/a.ts'")]],
      ['over several lines', [file('shared/domain/a.ts', "import {\n  a,\n  b,\n} from '../db/a.ts'")]],
      ['a type alone', [file('shared/domain/a.ts', "import type { A } from '#shared/http/a.ts'")]],
      ['passed on', [file('shared/domain/a.ts', "export { a } from '#shared/db/a.ts'")]],
      ['at run time', [file('shared/domain/a.ts', "const a = await import('#shared/db/a.ts')")]],
      ['for its effects', [file('shared/db/a.ts', "import '../platform/a.ts'")]],
      ['errors import anything', [file('shared/errors.ts', "import { a } from './domain/a.ts'")]],
      ['an adapter imports another', [file('shared/db/a.ts', "import { a } from '#shared/cache/a.ts'")]],
      [
        'an adapter reads configuration',
        [file('shared/cache/a.ts', "import { a } from '#shared/platform/env.ts'")],
      ],
      ['a function imports another', [file('functions/charge/a.ts', "import { a } from '../top-up/a.ts'")]],
      [
        'a function imports the local stack',
        [file('functions/charge/a.ts', "import { a } from '../../local/a.ts'")],
      ],
      [
        'the template imports a function',
        [file('templates/node24-ts/a.ts', "import { a } from '../../functions/charge/a.ts'")],
      ],
    ],
  },
  {
    name: 'the domain is pure',
    rule: checkDomainIsPure,
    good: [
      [
        'a date that is passed in',
        [file('shared/domain/a.ts', 'export const a = (ms: number) => new Date(ms)')],
      ],
    ],
    bad: [
      ['Node', [file('shared/domain/a.ts', "import { readFile } from 'node:fs'")]],
      ['clock', [file('shared/domain/a.ts', 'export const a = () => new Date()')]],
      ['chance', [file('shared/domain/a.ts', 'export const a = () => Math.random()')]],
    ],
  },
  {
    name: 'the environment is read in one file',
    rule: checkEnvironment,
    good: [['there', [file('shared/platform/env.ts', `export const env = () => ${ENV}`)]]],
    bad: [
      ['elsewhere', [file('local/a.ts', `const a = ${ENV}.HOME`)]],
      ['by import', [file('scripts/a.ts', ['import { argv, env }', "from 'node:process'"].join(' '))]],
    ],
  },
  {
    name: 'no barrels',
    rule: checkNoBarrels,
    good: [['one thing of its own', [file('shared/a.ts', "export { a } from './b.ts'\nexport const c = 1")]]],
    bad: [
      [
        'named',
        [file('shared/a.ts', "// all\nexport { a } from './b.ts'\nexport type { C } from './c.ts'\n")],
      ],
      ['everything', [file('shared/a.ts', "export * from './b.ts'\nexport const c = 1")]],
    ],
  },
  {
    name: 'no default exports',
    rule: checkNoDefaultExports,
    good: [['a tool demands it', [file('vitest.config.ts', 'export default {}')]]],
    bad: [
      ['a function', [file('local/a.ts', 'export default function a() {}')]],
      ['renamed', [file('local/a.ts', 'const a = 1\nexport { a as default }')]],
    ],
  },
  {
    name: 'files are short',
    rule: checkLengths,
    good: [['at the limit', [file('functions/a/handler.ts', lines(80)), file('shared/db/a.ts', lines(250))]]],
    bad: [
      ['a handler', [file('functions/a/handler.ts', lines(81))]],
      ['a source file', [file('shared/db/a.ts', lines(251))]],
    ],
  },
  {
    name: 'every test runs',
    rule: checkTestsRun,
    good: [['plain', [file('a.test.ts', "test('a', () => {})")]]],
    bad: [
      ['skipped', [file('a.test.ts', `${SKIP}('a', () => {})`)]],
      ['focused', [file('a.test.ts', `${['describe', 'concurrent', 'only'].join('.')}('a', () => {})`)]],
    ],
  },
  {
    name: 'SQL is static',
    rule: checkSqlIsStatic,
    good: [['the runner', [file('shared/db/migrate.ts', `await ${UNSAFE}(text)`)]]],
    bad: [['a query', [file('shared/db/people.ts', `await ${UNSAFE}(\`select \${id}\`)`)]]],
  },
  {
    name: 'no paths of one machine',
    rule: checkNoMachinePaths,
    good: [['an address', [file('docs/a.md', `see https://example.org${MACHINE_PATH}`)]]],
    bad: [['in a document', [file('docs/a.md', `cd ${MACHINE_PATH}`)]]],
  },
  {
    name: 'migrations are numbered and explained',
    rule: checkMigrations,
    good: [['two in a row', [migration('0002-b', `--! no-transaction\n${MIGRATION}`), migration('0001-a')]]],
    bad: [
      ['a gap', [migration('0001-a'), migration('0003-c')]],
      ['one number twice', [migration('0001-a'), migration('0001-b')]],
      ['a wrong name', [migration('0001_a')]],
      ['no way back', [migration('0001-a', MIGRATION.replace('Way back', 'Back'))]],
      ['a transaction of its own', [migration('0001-a', `${MIGRATION}commit;\n`)]],
    ],
  },
  {
    name: 'every command is there',
    rule: checkScripts,
    good: [
      [
        'it is',
        [file('package.json', '{"scripts":{"a":"node --flag a.ts && node a.ts"}}'), file('a.ts', '')],
      ],
    ],
    bad: [['it is not', [file('package.json', '{"scripts":{"a":"tsc && node a.ts"}}')]]],
  },
  {
    name: 'the licence is MIT',
    rule: checkLicense,
    good: [['it is', [file('LICENSE', 'MIT License\n...'), file('package.json', '{"license":"MIT"}')]]],
    bad: [
      ['another', [file('LICENSE', 'All rights reserved'), file('package.json', '{"license":"MIT"}')]],
      ['none in package.json', [file('LICENSE', 'MIT License\n...'), file('package.json', '{}')]],
    ],
  },
  {
    name: 'stack.yml is right',
    rule: checkStack,
    good: [
      ['it is', stack(STACK)],
      ['as many functions as CE takes', manyFunctions(15)],
    ],
    bad: [
      ['a function too many', manyFunctions(16)],
      ['a misspelt key of a function', stack(STACK.replace('readonly_root', 'read_only_root'))],
      ['a misspelt key of all', stack(STACK.replace('configuration:', 'configurations:'))],
      ['a misspelt annotation', stack(STACK.replace('com.openfaas.ready', 'com.openfaas.readiness'))],
      [
        'a label that CE refuses',
        stack(STACK.replace('scale.max: "5"', 'scale.max: "5", com.openfaas.scale.zero: "true"')),
      ],
      ['a misspelt timeout', stack(STACK.replace('read_timeout', 'read_timout'))],
      ['a timeout that is none', stack(STACK.replace('20s', '20'))],
      ['exec beyond write', stack(STACK.replace('exec_timeout: 20s', 'exec_timeout: 22s'))],
      ['a function slower than exec', stack(STACK.replace('exec_timeout: 20s', 'exec_timeout: 18s'))],
      [
        'a drain longer than platforms wait',
        stack(STACK.replace('healthcheck_interval: 5s', 'healthcheck_interval: 7s')),
      ],
      ['a variable that nobody reads', stack(STACK.replace('LOG_LEVEL', 'LOG_LEVLE'))],
      ['a secret that no code reads', stack(STACK.replace('database-url', 'database-url, redis-url'))],
      ['a quantity that Kubernetes does not know', stack(STACK.replace('256Mi', '256MB'))],
      ['a key that faas-cli would ignore', stack(STACK.replace('lang:', 'langs: x\n    lang:'))],
      ['a secret is missing', stack(STACK, "'database', 'storage'")],
      ['an unknown secret', stack(STACK.replace('database-url', 'database-uri'))],
      ['too many replicas', stack(STACK.replace('"5"', '"6"'))],
      ['a wrong schedule', stack(STACK.replace('* * * * *', '* * * *'))],
      ['a wrong handler', stack(STACK.replace('./functions/charge', './functions/register'))],
      ['a function without entry', [...stack(STACK), file('functions/top-up/handler.ts', '')]],
      ['an entry without function', stack(STACK).filter(({ path }) => !path.startsWith('functions/'))],
      ['nothing to copy', stack(STACK.replace('[./shared]', '[./shared, ./tariff.yml]'))],
      ['no file', []],
    ],
  },
  {
    name: 'the template fits of-watchdog',
    rule: checkTemplate,
    good: [['it does', template()]],
    bad: [
      ['another process', template('template.yml', '6000', '6001')],
      ['Node ends first', template('Dockerfile', 'healthcheck_interval=5s', 'healthcheck_interval=6s')],
      ['log lines that stall', template('Dockerfile', 'log_buffer_size=-1', 'log_buffer_size=65536')],
      ['root', template('Dockerfile', 'USER 12000', 'USER 0')],
      ['no numbered user', template('Dockerfile', 'USER 12000:12000', 'USER app')],
      [
        'a shell',
        template('Dockerfile', 'CMD ["fwatchdog", "-run-healthcheck"]', 'CMD fwatchdog -run-healthcheck'),
      ],
      ['an install without the lock file', template('Dockerfile', 'npm ci --prefix', 'npm install --prefix')],
      ['another esbuild', template('package.json', '0.28.2', '0.28.1')],
      ['no template', []],
    ],
  },
]

describe.each(RULES)('$name', ({ rule, good, bad }) => {
  test('in this repository', () => {
    expect(rule(repository)).toEqual([])
  })
  test.each(good)('good: %s', (_name, files) => {
    expect(rule(files)).toEqual([])
  })
  test.each(bad)('bad: %s', (_name, files) => {
    expect(rule(files)).not.toEqual([])
  })
})

test('a broken key in our own stack.yml is named', () => {
  const broken = repository.map((one) =>
    one.path === 'stack.yml'
      ? file(one.path, one.text.replace('readonly_root_filesystem', 'readonly_root_filesytem'))
      : one,
  )
  expect(checkStack(broken)).toContainEqual(expect.stringMatching(/readonly_root_filesytem/))
})

test('the repository was found', () => {
  expect(repository.length).toBeGreaterThan(50)
})

test('`template`, where faas-cli looks, is a link to `templates`', () => {
  expect(lstatSync(`${root}/template`).isSymbolicLink()).toBe(true)
  expect(readlinkSync(`${root}/template`)).toBe('templates')
})
