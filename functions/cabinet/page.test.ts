import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CabinetHouse, openCabinetHouse } from '../../test/support/cabinet-house.ts'
import { handler } from './handler.ts'

let cabinet: CabinetHouse
beforeAll(async () => {
  cabinet = await openCabinetHouse([handler])
})
afterAll(() => cabinet.close())

const get = (path: string, headers: Record<string, string> = {}) => cabinet.ask('GET', path, { headers })
const directivesOf = (policy: string | null): Record<string, string[]> =>
  Object.fromEntries(
    (policy ?? '').split('; ').map((one) => {
      const [name = '', ...values] = one.split(' ')
      return [name, values]
    }),
  )

/** As it stands on the wire: fetch would tidy the path up. */
const rawGet = async (path: string): Promise<string> => {
  const { hostname, port } = new URL(cabinet.house.gateway)
  const socket = connect(Number(port), hostname)
  socket.write(`GET /function/cabinet${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  return text(socket)
}

describe('the page', () => {
  test('may do nothing but what it needs: nothing inline, nothing of strangers but Telegram’s script', async () => {
    const { status, headers } = await get('/')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(directivesOf(headers.get('content-security-policy'))).toEqual({
      'default-src': ["'none'"],
      'script-src': ["'self'", 'https://telegram.org'],
      'style-src': ["'self'"],
      'img-src': ["'self'", 'blob:', 'data:', 'https://files.example.com'],
      'font-src': ["'self'"],
      'connect-src': ["'self'"],
      'manifest-src': ["'self'"],
      'base-uri': ["'self'"],
      'form-action': ["'none'"],
      'frame-ancestors': expect.arrayContaining(['https://web.telegram.org', 'http://127.0.0.1:8081']),
    })
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('permissions-policy')).toContain('camera=(self), microphone=()')
    // it would forbid what frame-ancestors allows
    expect(headers.get('x-frame-options')).toBeNull()
  })

  test('is asked for anew each time, and sent only where it has changed', async () => {
    const first = await get('/')
    const etag = first.headers.get('etag') ?? ''
    expect(first.headers.get('cache-control')).toBe('no-cache')
    const again = await get('/', { 'if-none-match': etag })
    expect([again.status, again.bytes.length, again.headers.get('etag')]).toEqual([304, 0, etag])
    expect(again.headers.get('content-security-policy')).toBe(first.headers.get('content-security-policy'))
    expect((await get('/', { 'if-none-match': '"another"' })).status).toBe(200)
    expect((await get('/', { 'if-none-match': `"another", W/${etag}` })).status).toBe(304)
  })

  test('the same with a query, and without the slash at its end: the base says what paths are relative to', async () => {
    for (const path of ['/?tgWebAppStartParam=x', '?a=1&a=2', '']) {
      const { status, body } = await get(path)
      expect([path, status]).toEqual([path, 200])
      expect(body).toContain('<head><base href="/function/cabinet/"><script')
    }
  })

  test('HEAD says the same without saying it', async () => {
    for (const path of ['/', '/assets/main-0A1B.js']) {
      const [whole, head] = [await get(path), await cabinet.ask('HEAD', path)]
      expect([head.status, head.bytes.length]).toEqual([200, 0])
      for (const name of [
        'etag',
        'content-type',
        'content-length',
        'cache-control',
        'content-security-policy',
      ]) {
        expect([name, head.headers.get(name)]).toEqual([name, whole.headers.get(name)])
      }
    }
    expect((await cabinet.ask('HEAD', '/api/me')).status).toBe(405)
  })
})

describe('its files', () => {
  test('may be kept for ever', async () => {
    const { status, headers, body } = await get('/assets/main-0A1B.js')
    expect([status, body]).toEqual([200, 'console.log("the page")'])
    expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    const again = await get('/assets/main-0A1B.js', { 'if-none-match': headers.get('etag') ?? '' })
    expect(again.status).toBe(304)
  })

  test.each([
    ['br, gzip', 'gzip'],
    ['GZIP;q=0.5', 'gzip'],
    ['gzip;q=0', null],
    ['gzip; q=0.000', null],
    ['identity', null],
    ['', null],
  ])('for a browser that takes "%s" the script comes as %s', async (accepted, encoding) => {
    const reply = await get('/assets/main-0A1B.js', { 'accept-encoding': accepted })
    expect(reply.headers.get('content-encoding')).toBe(encoding)
    expect(reply.headers.get('vary')).toBe('Accept-Encoding')
    expect(reply.body).toBe('console.log("the page")')
  })

  test('the page itself comes in the best form', async () => {
    const response = await cabinet.house.call('cabinet', 'GET', '/', {
      as: null,
      headers: { 'accept-encoding': 'gzip, br' },
    })
    expect(response.headers.get('content-encoding')).toBe('br')
    expect(response.body).toContain('<!doctype html>')
    expect(() => brotliDecompressSync(response.bytes)).toThrow()
  })

  test.each([
    '/assets/nothing.js',
    '/assets/',
    '/assets/../index.html',
    '/assets/..%2findex.html',
    '/assets/%2e%2e%2findex.html',
    '/assets/..\\index.html',
    '/assets/....//....//etc/passwd',
    '/assets/%2fetc%2fpasswd',
    '/assets/main-0A1B.js.gz',
    '/assets/main-0A1B.js/',
    '/assets/__proto__',
    '/assets/constructor',
    '/../package.json',
    '/index.html',
    '/.git/config',
  ])('404, and nothing else of the machine: %s', async (path) => {
    const reply = await rawGet(path)
    const isScript = path === '/assets/main-0A1B.js/'
    expect(reply.split('\r\n', 1)[0]).toBe(isScript ? 'HTTP/1.1 200 OK' : 'HTTP/1.1 404 Not Found')
    if (!isScript) expect(reply).toContain('application/problem+json')
  })

  test.each(['/assets/%ff', '/assets/main-0A1B.js%00.css'])('400, since it is no text: %s', async (path) => {
    expect((await rawGet(path)).split('\r\n', 1)[0]).toBe('HTTP/1.1 400 Bad Request')
  })

  test('nobody writes here', async () => {
    for (const path of ['/', '/assets/main-0A1B.js']) {
      const reply = await cabinet.ask('POST', path, { body: {} })
      expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET'])
    }
  })
})

test('without its page the function does not start, and says where it looked', async () => {
  const { config } = cabinet.house.resourcesOf('cabinet')
  const nowhere = { ...config, page: { folder: '/nowhere', frameOrigins: [], imageOrigin: undefined } }
  await expect(handler.open(nowhere, { runtimeMetrics: false })).rejects.toThrow(
    'The built page is not in /nowhere (PAGE_DIR).',
  )
})
