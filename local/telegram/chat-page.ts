import { readdir, readFile } from 'node:fs/promises'
import { extname } from 'node:path'

/**
 * Everything comes from this server: the page loads nothing from elsewhere. `blob:` shows a picture before it is sent; frames are for Mini Apps, which
 * live anywhere, and for the page itself, twice.
 */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' blob:; frame-src 'self' https: http://127.0.0.1:* http://localhost:*; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const PAGE_DIR = new URL('./page/', import.meta.url)

/** The chat page's file of that path, or a 404. Only files that lie in `page/` are served. */
export const pageResponse = async (path: string): Promise<Response> => {
  const name = path === '/' ? 'index.html' : path.slice(1)
  if (!(await readdir(PAGE_DIR)).includes(name))
    return new Response('Not found', { status: 404, headers: SECURITY_HEADERS })
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    'cache-control': 'no-cache',
  }
  return new Response(new Uint8Array(await readFile(new URL(name, PAGE_DIR))), { headers })
}
