import { importsOf } from './imports.ts'
import { isTest, isTypeScript, type Rule } from './source-files.ts'

const ADAPTERS = ['db', 'storage', 'cache', 'telegram', 'payments', 'speech'] as const
const CONTRACT = 'templates/node24-ts/contract.ts'
const LAYERS_BELOW_HTTP = [
  'shared/errors.ts',
  'shared/domain',
  'shared/platform',
  ...ADAPTERS.map((name) => `shared/${name}`),
]

/** docs/architecture.md: what a part may import of our own files, besides itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'shared/errors.ts': [],
  'shared/domain': ['shared/errors.ts'],
  ...Object.fromEntries(ADAPTERS.map((name) => [`shared/${name}`, ['shared/errors.ts', 'shared/domain']])),
  'shared/platform': ['shared/errors.ts', 'shared/domain'],
  // the composition root
  'shared/http': [...LAYERS_BELOW_HTTP, CONTRACT],
  // what several functions do with money: above everything else in shared/
  'shared/money': [...LAYERS_BELOW_HTTP, 'shared/http'],
  // backups and the way back: above the adapters, called by functions and by commands
  'shared/backup': LAYERS_BELOW_HTTP,
  templates: ['shared/errors.ts', 'shared/platform'],
}
const FUNCTION_MAY_IMPORT = ['shared', CONTRACT]

const OURS = /^(shared|functions|templates|local|scripts|test|bench)\//

/** `shared/db`, `functions/charge`, `templates` ...: the part of the house that a path belongs to. */
const partOf = (path: string): string => {
  const [first = '', second = ''] = path.split('/')
  return first === 'shared' || first === 'functions' ? `${first}/${second}` : first
}

/** Imports go one way only; functions know nothing of each other; nothing here knows the local stack, scripts or tests. */
export const checkDirections: Rule = (files) =>
  files
    .filter((file) => isTypeScript(file) && !isTest(file))
    .flatMap((file) => {
      const part = partOf(file.path)
      const allowed = part.startsWith('functions/') ? FUNCTION_MAY_IMPORT : MAY_IMPORT[part]
      if (!allowed) return []
      return importsOf(file)
        .filter((target) => OURS.test(target))
        .filter((target) => ![part, ...allowed].some((one) => target === one || target.startsWith(`${one}/`)))
        .map((target) => `${file.path}: must not import ${target}`)
    })

const IMPURE = [
  /\bDate\.now\(/,
  /\bnew Date\(\s*\)/,
  /\bMath\.random\(/,
  /\bperformance\.now\(/,
  /\bcrypto\.(randomUUID|getRandomValues)\(/,
  /\bfetch\(/,
  /\bset(Timeout|Interval)\(/,
]

/** The domain is handed clock and chance; it reads nothing of Node. */
export const checkDomainIsPure: Rule = (files) =>
  files
    .filter((file) => file.path.startsWith('shared/domain/') && isTypeScript(file) && !isTest(file))
    .flatMap((file) => [
      ...importsOf(file)
        .filter((target) => target.startsWith('node:'))
        .map((target) => `${file.path}: the domain must not import ${target}`),
      ...IMPURE.filter((pattern) => pattern.test(file.text)).map(
        (pattern) => `${file.path}: the domain must not use ${pattern.source.replaceAll('\\', '')}`,
      ),
    ])
