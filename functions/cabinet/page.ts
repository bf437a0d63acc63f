import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { baseHeaders } from '#shared/http/problem.ts'
import type { Resources } from '#shared/http/resources.ts'
import { openRoute } from '#shared/http/route.ts'
import type { HttpRequest, HttpResponse } from '#template/contract.ts'
import { pageHeaders } from './page-headers.ts'
import { publicAddressOf } from './public-address.ts'

type Encoding = 'br' | 'gzip'
type File = { type: string; tag: string; bytes: Buffer } & Partial<Record<Encoding, Buffer>>

/** The built page: a few files, held in memory. What is asked for is looked up here, never on the disk. */
type Page = { index: File; assets: ReadonlyMap<string, File> }

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

const tagOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64url').slice(0, 22)

const readAssets = (folder: string): Map<string, File> => {
  // a page may be one file alone
  const names = existsSync(folder) ? readdirSync(folder) : []
  const assets = new Map<string, File>()
  for (const name of names.filter((one) => !/\.(br|gz)$/.test(one))) {
    const bytes = readFileSync(join(folder, name))
    const file: File = { type: TYPES[extname(name)] ?? 'application/octet-stream', tag: tagOf(bytes), bytes }
    // made at the build
    if (names.includes(`${name}.br`)) file.br = readFileSync(join(folder, `${name}.br`))
    if (names.includes(`${name}.gz`)) file.gzip = readFileSync(join(folder, `${name}.gz`))
    assets.set(name, file)
  }
  return assets
}

/**
 * Paths in the page are relative, and the address may be written without the slash at its end: the base says what they are relative to.
 * So does the policy: only the page's own address may be one.
 */
const readIndex = (folder: string, path: string): File => {
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  const bytes = Buffer.from(html.replace(/<head>/i, `<head><base href="${path}">`))
  return {
    type: TYPES['.html'] ?? '',
    tag: tagOf(bytes),
    bytes,
    br: brotliCompressSync(bytes),
    gzip: gzipSync(bytes),
  }
}

const pages = new WeakMap<Resources, Page>()

/** Reads the built page. @throws Error where it is not there */
export const loadPage = (resources: Resources): void => {
  const folder = resources.config.page?.folder ?? ''
  try {
    pages.set(resources, {
      index: readIndex(folder, publicAddressOf(resources.config).path),
      assets: readAssets(join(folder, 'assets')),
    })
  } catch (cause) {
    throw new Error(`The built page is not in ${folder} (PAGE_DIR).`, { cause })
  }
}

const pageOf = (resources: Resources): Page => {
  const page = pages.get(resources)
  if (!page) throw new Error('The page was not loaded.')
  return page
}

/** The best that the browser takes; `q=0` means that it does not. */
const encodingOf = (request: HttpRequest, file: File): Encoding | undefined => {
  const taken = (request.headers['accept-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .filter((one) => !/;\s*q=0(\.0*)?\s*$/.test(one))
    .map((one) => one.split(';', 1)[0]?.trim())
  return (['br', 'gzip'] as const).find((one) => file[one] !== undefined && taken.includes(one))
}

const isKnown = (request: HttpRequest, tag: string): boolean =>
  (request.headers['if-none-match'] ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === tag)

const answerWith = (
  request: HttpRequest,
  requestId: string,
  file: File,
  headers: Record<string, string>,
): HttpResponse => {
  const encoding = encodingOf(request, file)
  const etag = `"${file.tag}${encoding === undefined ? '' : `-${encoding}`}"`
  const common = { ...baseHeaders(requestId), ...headers, etag, vary: 'Accept-Encoding' }
  if (isKnown(request, etag)) return { status: 304, headers: common, body: '' }
  return {
    status: 200,
    headers: {
      ...common,
      'content-type': file.type,
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    },
    body: (encoding && file[encoding]) ?? file.bytes,
  }
}

/** GET / */
export const showPage = openRoute({
  method: 'GET',
  path: '/',
  summary: 'The page of the cabinet',
  answers: {},
  run: async ({ request, requestId, resources }) =>
    answerWith(request, requestId, pageOf(resources).index, {
      ...pageHeaders(resources.config),
      'cache-control': 'no-cache',
    }),
})

/** GET /assets/<name>: the name holds a hash of what is in it, so that a browser may keep it for ever. */
export const showAsset = openRoute({
  method: 'GET',
  path: '/assets/:name',
  params: z.strictObject({ name: z.string() }),
  summary: 'Scripts, styles and pictures of the page',
  answers: {},
  run: async ({ params, request, requestId, resources }) => {
    const asset = pageOf(resources).assets.get(params.name)
    if (!asset) throw new AppError('not_found', { detail: 'The page has no such file.' })
    return answerWith(request, requestId, asset, {
      'cache-control': 'public, max-age=31536000, immutable',
      'cross-origin-resource-policy': 'same-origin',
    })
  },
})
