/**
 * The page of a function: a folder `page/` beside its handler whose `index.html` names scripts (TypeScript too), styles and pictures as
 * `./name.ext`. Each becomes one file under a name with a hash of what it holds, so that a browser may keep it for ever.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'

/** One file of a built page, relative to its folder; `gzipBytes` is what goes over the wire where a browser takes gzip. */
export type PageFile = { path: string; bytes: number; gzipBytes: number }

/** Whether this function has a page. */
export const hasPage = (functionFolder: string): boolean =>
  existsSync(join(functionFolder, 'page', 'index.html'))

const PICTURES = ['.svg', '.png', '.webp', '.ico', '.woff2'] as const
/** What shrinks; pictures and fonts are compressed as they are. */
const SHRINKS = /\.(js|css|svg|html|txt)$/
const REFERENCE = /\b(src|href)="\.\/([\w./-]+)"/g

/** Paths of the built files as the page names them, by the source that each was made of. */
const namesOf = ({ outputs }: Metafile, from: string, out: string): Map<string, string> => {
  const names = new Map<string, string>()
  for (const [path, { entryPoint, inputs }] of Object.entries(outputs)) {
    // a picture that is copied is no entry point to esbuild, but its only input
    const [only, ...more] = Object.keys(inputs)
    const source = entryPoint ?? (more.length === 0 && /\.(js|css)$/.test(path) === false ? only : undefined)
    if (source !== undefined) names.set(relative(from, join(from, source)), relative(out, join(from, path)))
  }
  return names
}

/** Styles that scripts import, and pieces that they need at once: fetched beside them, not after them. */
const headLines = ({ outputs }: Metafile, from: string, out: string): string[] => {
  const lines: string[] = []
  const nameOf = (path: string): string => `./${relative(out, join(from, path))}`
  for (const { entryPoint, cssBundle, imports } of Object.values(outputs)) {
    if (entryPoint === undefined) continue
    if (cssBundle !== undefined) lines.push(`<link rel="stylesheet" href="${nameOf(cssBundle)}">`)
    for (const { path, kind } of imports) {
      if (kind === 'import-statement') lines.push(`<link rel="modulepreload" href="${nameOf(path)}">`)
    }
  }
  return [...new Set(lines)]
}

const filesUnder = (folder: string, under = ''): string[] =>
  readdirSync(join(folder, under), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(folder, join(under, entry.name)) : [join(under, entry.name)],
  )

/** The page with the names of the built files in place of their sources'. */
const nameIn = (html: string, metafile: Metafile, from: string, out: string): string => {
  const names = namesOf(metafile, from, out)
  const named = html.replaceAll(REFERENCE, (_whole, attribute: string, path: string) => {
    const built = names.get(path)
    if (built === undefined) throw new Error(`index.html names ./${path}, of which nothing was built.`)
    return `${attribute}="./${built}"`
  })
  const lines = headLines(metafile, from, out).filter((line) => !named.includes(line))
  const at = named.indexOf('</head>')
  if (at < 0) throw new Error('index.html has no </head>.')
  return `${named.slice(0, at)}${lines.join('')}${named.slice(at)}`
}

/** Writes each file that shrinks a second and third time, as browsers take it; done once here, not for each of them. */
const compress = (out: string): PageFile[] =>
  filesUnder(out).map((path) => {
    const file = join(out, path)
    const bytes = readFileSync(file)
    if (!SHRINKS.test(path)) return { path, bytes: bytes.length, gzipBytes: bytes.length }
    const gzip = gzipSync(bytes, { level: 9 })
    writeFileSync(`${file}.gz`, gzip)
    writeFileSync(
      `${file}.br`,
      brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    )
    return { path, bytes: bytes.length, gzipBytes: gzip.length }
  })

/**
 * Builds the page in `from` into the folder `out`, which is emptied before. How JSX is meant stands in the tsconfig.json above it.
 * @throws Error naming what cannot be built; then `out` is as it was
 */
export const buildPage = async (from: string, out: string): Promise<PageFile[]> => {
  const html = readFileSync(join(from, 'index.html'), 'utf8')
  const entryPoints = [...html.matchAll(REFERENCE)].map(([, , path = '']) => path)
  const { metafile, outputFiles } = await build({
    absWorkingDir: from,
    entryPoints: [...new Set(entryPoints)].map((path) => `./${path}`),
    outdir: out,
    outbase: from,
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/[name]-[hash]',
    assetNames: 'assets/[name]-[hash]',
    bundle: true,
    splitting: true,
    metafile: true,
    minify: true,
    // letters other than English ones as they are, not six times as long
    charset: 'utf8',
    write: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    loader: Object.fromEntries(PICTURES.map((extension) => [extension, 'copy' as const])),
    legalComments: 'linked',
    logLevel: 'silent',
  })
  const page = nameIn(html, metafile, from, out)
  rmSync(out, { recursive: true, force: true })
  for (const { path, contents } of [
    ...outputFiles,
    { path: join(out, 'index.html'), contents: Buffer.from(page) },
  ]) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contents)
  }
  return compress(out)
}
