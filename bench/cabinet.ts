import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page, type Request } from 'playwright-core'
import { addLoginLink } from '#shared/db/cabinet-sessions.ts'
import { openDatabase } from '#shared/db/client.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import type { StackDescription } from '../local/stack-file.ts'
import { chromiumProgram } from '../test/browser/support/environment.ts'
import { median } from './load.ts'
import { makePeople } from './people.ts'

const ROUNDS = 9
/** Issue: so many bytes of script, gzipped, and so long until the largest thing stands there. */
const MOST_SCRIPT_BYTES = 60_000
const MOST_LCP_MS = 1_000
const PHONE = { width: 390, height: 844 }
const FIRST_ID = 8_100_000_000
/** Without these Chromium talks to its maker's hosts in the background. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

type Print = (line: string) => void
type Sql = ReturnType<typeof openDatabase>

const inKb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`
const verdict = (isGood: boolean): string => (isGood ? 'ok' : 'TOO MUCH')

/** What a browser would load: each file that the page names, as it comes over the wire where gzip is taken. */
const weigh = async (base: string): Promise<{ name: string; bytes: number }[]> => {
  const wire = async (name: string): Promise<{ text: string; bytes: number }> => {
    const response = await fetch(new URL(name, base), { headers: { 'accept-encoding': 'gzip' } })
    if (!response.ok) throw new Error(`${name} answered ${response.status}`)
    // fetch unpacks the body; the length is that of what was sent
    return { text: await response.text(), bytes: Number(response.headers.get('content-length')) }
  }
  const page = await wire('.')
  const names = [...page.text.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, name = '']) => name)
  const files = [...new Set(names)].map(async (name) => ({ name, bytes: (await wire(name)).bytes }))
  return [{ name: 'index.html', bytes: page.bytes }, ...(await Promise.all(files))]
}

/** When the largest thing stood on the page, in ms since it was asked for; all that is still coming has come. */
const readLcp = async (page: Page): Promise<number> => {
  await page.waitForLoadState('networkidle')
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? Number.NaN)).observe(
          {
            type: 'largest-contentful-paint',
            buffered: true,
          },
        )
      }),
  )
}

type Visit = { lcpMs: number; requests: string[]; bytes: number }

const visit = async (page: Page, go: () => Promise<unknown>): Promise<Visit> => {
  const requests: string[] = []
  const sizes: Promise<number>[] = []
  const note = (request: Request): void => {
    requests.push(`${request.method()} ${new URL(request.url()).pathname}`)
    sizes.push(
      request.sizes().then(
        ({ responseBodySize, responseHeadersSize }) => responseBodySize + responseHeadersSize,
        () => 0,
      ),
    )
  }
  page.on('requestfinished', note)
  await go()
  const lcpMs = await readLcp(page)
  page.off('requestfinished', note)
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  return { lcpMs, requests, bytes }
}

const makeLink = async (sql: Sql, base: string, telegramId: number): Promise<string> => {
  const token = randomBytes(32).toString('base64url')
  const tokenHash = createHash('sha256').update(token).digest()
  await inTransaction(sql, async (tx) => {
    const [row]: [{ id: string }?] = await tx`select id from users where telegram_id = ${telegramId}`
    await addLoginLink(tx, { userId: row?.id ?? '', tokenHash, seconds: 600 })
  })
  return `${base}#login=${token}`
}

/** The least that a browser takes for any page: one heading, from a server that does nothing else. */
const startBare = async (): Promise<{ server: Server; url: string }> => {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>bare</title><h1>217 coins</h1>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

const measure = async (browser: Browser, sql: Sql, base: string, bareUrl: string, throttle: number) => {
  const cold: Visit[] = []
  const warm: Visit[] = []
  const bare: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    // a browser that has never been there
    const context = await browser.newContext({ viewport: PHONE })
    await context.route(/telegram\.org/, (route) => route.abort())
    const page = await context.newPage()
    const devtools = await context.newCDPSession(page)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: throttle })
    const link = await makeLink(sql, base, FIRST_ID + round)
    cold.push(await visit(page, () => page.goto(link)))
    warm.push(await visit(page, () => page.reload()))
    const other = await context.newPage()
    const otherTools = await context.newCDPSession(other)
    await otherTools.send('Emulation.setCPUThrottlingRate', { rate: throttle })
    bare.push((await visit(other, () => other.goto(bareUrl))).lcpMs)
    await context.close()
  }
  return { cold, warm, bare: median(bare) }
}

const tell = (print: Print, name: string, visits: readonly Visit[], bareMs: number): number => {
  const lcp = median(visits.map(({ lcpMs }) => lcpMs))
  const all = visits.map(({ lcpMs }) => Math.round(lcpMs)).join(', ')
  const requests = median(visits.map((one) => one.requests.length))
  const bytes = median(visits.map((one) => one.bytes))
  print(
    `  ${name.padEnd(30)} LCP ${Math.round(lcp)} ms (${all}), ${(lcp / bareMs).toFixed(1)} times a bare page, ${requests} requests, ${inKb(bytes)}`,
  )
  return lcp
}

/** The cabinet in Chromium: what its page weighs, how many requests it makes, and when its largest thing stands there, beside a page of one line. */
export const benchCabinet = async (
  stack: StackDescription,
  _seconds: number,
  print: Print,
): Promise<void> => {
  const base = `${stack.gateway}/function/cabinet/`
  const files = await weigh(base)
  for (const { name, bytes } of files) print(`  ${name.padEnd(30)} ${inKb(bytes)} gzipped`)
  const script = files.filter(({ name }) => name.endsWith('.js')).reduce((sum, { bytes }) => sum + bytes, 0)
  print(
    `  scripts together: ${inKb(script)} of ${inKb(MOST_SCRIPT_BYTES)}: ${verdict(script < MOST_SCRIPT_BYTES)}`,
  )

  const sql = openDatabase({ url: stack.databaseUrl, applicationName: 'bench', onNotice: () => undefined })
  const browser = await chromium.launch({ executablePath: chromiumProgram(), args: QUIET })
  const { server, url } = await startBare()
  try {
    await makePeople(sql, { first: FIRST_ID, count: ROUNDS, coinsEach: 217 })
    const plain = await measure(browser, sql, base, url, 1)
    print(`  a bare page of one line: LCP ${Math.round(plain.bare)} ms`)
    const lcp = tell(print, 'first visit, by a link', plain.cold, plain.bare)
    tell(print, 'loaded anew', plain.warm, plain.bare)
    print(`  LCP below ${MOST_LCP_MS} ms: ${verdict(lcp < MOST_LCP_MS)}`)
    print(`  requests of a first visit: ${plain.cold.at(-1)?.requests.join(', ')}`)
    const slow = await measure(browser, sql, base, url, 4)
    tell(print, 'first visit, a processor of 1/4', slow.cold, slow.bare)
  } finally {
    await browser.close()
    server.close()
    await sql.end()
  }
}
