/**
 * `node bundle.ts [--from <folder>] [--out <folder>] [--externals sharp,...]`: makes of a function what its image holds. The folder has the
 * template's files and `function/`, as `faas-cli build --shrinkwrap` lays them out. Into the other folder go:
 *
 *   index.mjs         the template's server, the function and everything they import, as one file
 *   function/         what lies beside the code and is read at run time (tariff.yml, migrations, ...), and page/ as browsers get it
 *   node_modules/     the packages that no bundle can hold (native code), with those they need
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build, type Plugin } from 'esbuild'
import { copyExternals } from './externals.ts'
import { buildPage, hasPage } from './page.ts'

// CommonJS packages ask for these, and a module has none
const BANNER = `import { createRequire as makeRequire } from 'node:module'
const require = makeRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname`

const CODE = /\.(ts|mts|cts|js|mjs|cjs|tsx|jsx)$/
const NOT_SHIPPED = new Set([
  'node_modules',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'template.yml',
])

/** The bundle holds the function: where index.ts would load it from a file, it is there already. */
const holdFunction = (entry: string): Plugin => ({
  name: 'hold-function',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]load-function\.ts$/ }, ({ path }) => ({
      contents: `import { handler } from ${JSON.stringify(entry)}
        export const loadFunction = async () => ({ handler })`,
      resolveDir: join(path, '..'),
      loader: 'ts',
    }))
  },
})

/** Copies what a function reads at run time; folders that hold code alone do not appear. */
const copyData = (from: string, to: string): void => {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (NOT_SHIPPED.has(entry.name) || CODE.test(entry.name)) continue
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) copyData(source, target)
    else {
      mkdirSync(to, { recursive: true })
      copyFileSync(source, target)
    }
  }
}

const bundle = async (from: string, out: string, externals: readonly string[]): Promise<number> => {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const { metafile } = await build({
    entryPoints: [join(from, 'index.ts')],
    outfile: join(out, 'index.mjs'),
    bundle: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: [...externals],
    banner: { js: BANNER },
    // names stay: they stand in stack traces, and errors are told apart by theirs
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    logLevel: 'warning',
    plugins: [holdFunction(join(from, 'function/handler.ts'))],
  })
  // an empty file, or one half written, is good TypeScript too
  if (!Object.keys(metafile.inputs).some((path) => path.endsWith('function/handler.ts'))) {
    throw new Error(
      'The bundle does not hold function/handler.ts: is the folder being written at this moment?',
    )
  }
  copyData(join(from, 'function'), join(out, 'function'))
  if (hasPage(join(from, 'function'))) {
    // in place of its sources, which copyData took for data
    await buildPage(join(from, 'function/page'), join(out, 'function/page'))
  }
  copyExternals(join(from, 'function'), join(out, 'node_modules'), externals)
  return statSync(join(out, 'index.mjs')).size
}

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '.' },
    out: { type: 'string', default: './dist' },
    externals: { type: 'string', default: '' },
  },
})
const externals = values.externals.split(',').filter((name) => name !== '')
const bytes = await bundle(resolve(values.from), resolve(values.out), externals)
process.stdout.write(`${join(values.out, 'index.mjs')}: ${(bytes / 1e6).toFixed(2)} MB\n`)
