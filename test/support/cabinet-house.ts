import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { addLoginLink } from '#shared/db/cabinet-sessions.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import type { DefinedFunction } from '#shared/http/define-function.ts'
import type { Config } from '#shared/platform/config.ts'
import { type House, openHouse, type Reply } from './house.ts'

export type Ask = {
  body?: unknown
  raw?: { bytes: Buffer | string; type: string }
  /** Idempotency-Key; a fresh one where something changes unless null. */
  key?: string | null
  /** The one of the session unless said, null for none. */
  csrf?: string | null
  headers?: Record<string, string>
}

/** A browser with the page open: keeps the cookie and the token of its session. */
export type Browser = {
  cookie: string
  csrf: string
  ask: (method: string, path: string, ask?: Ask) => Promise<Reply>
  /** What the browser was given at the login. */
  login: Reply
}

/** Of a page that is two files. */
const makePage = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-page-'))
  mkdirSync(join(folder, 'assets'))
  const script = 'console.log("the page")'
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><html><head><script type="module" src="./assets/main-0A1B.js"></script></head><body></body></html>',
  )
  writeFileSync(join(folder, 'assets/main-0A1B.js'), script)
  writeFileSync(join(folder, 'assets/main-0A1B.js.gz'), gzipSync(script))
  return folder
}

/** `initData` as Telegram signs it for this bot. */
export const signInitData = (
  token: string,
  user: object,
  {
    authDate = Math.floor(Date.now() / 1000),
    more = {},
  }: { authDate?: number; more?: Record<string, string> } = {},
): string => {
  const fields = Object.entries({ auth_date: String(authDate), user: JSON.stringify(user), ...more })
  const lines = fields.map(([name, value]) => `${name}=${value}`).sort()
  const key = createHmac('sha256', 'WebAppData').update(token).digest()
  const hash = createHmac('sha256', key).update(lines.join('\n')).digest('hex')
  return new URLSearchParams([...fields, ['hash', hash]]).toString()
}

const cookieOf = (reply: Reply): string => reply.headers.get('set-cookie')?.split(';', 1)[0] ?? ''

export type CabinetHouse = {
  house: House
  /** The token of a fresh link for this person. */
  link: (userId: string, seconds?: number) => Promise<string>
  /** Asks as a stranger: no cookie, no token. */
  ask: (method: string, path: string, ask?: Ask) => Promise<Reply>
  /** Logs a person in by a link. */
  visit: (userId: string) => Promise<Browser>
  /** A new person with the page open. */
  visitor: () => Promise<Browser & { id: string; telegramId: number }>
  /** Moves the time of every function. */
  later: (seconds: number) => void
  close: () => Promise<void>
}

/** A house with the cabinet in it, and browsers that visit it. For beforeAll. */
export const openCabinetHouse = async (
  functions: DefinedFunction[],
  options: { config?: Partial<Config>; rateLimits?: boolean } = {},
): Promise<CabinetHouse> => {
  const folder = makePage()
  let offsetMs = 0
  const house = await openHouse({
    functions,
    rateLimits: options.rateLimits ?? false,
    clock: () => Date.now() + offsetMs,
    config: {
      page: { folder, frameOrigins: ['http://127.0.0.1:8081'], imageOrigin: 'https://files.example.com' },
      ...options.config,
    },
  })

  const send = (cookie: string | undefined, csrf: string | undefined) => {
    return (method: string, path: string, ask: Ask = {}): Promise<Reply> => {
      const isChange = method !== 'GET' && method !== 'HEAD'
      const token = ask.csrf === undefined ? csrf : (ask.csrf ?? undefined)
      return house.call('cabinet', method, path, {
        as: null,
        key: isChange ? (ask.key === undefined ? randomUUID() : ask.key) : null,
        ...(ask.body === undefined ? {} : { body: ask.body }),
        ...(ask.raw === undefined ? {} : { raw: ask.raw }),
        headers: {
          ...(cookie === undefined ? {} : { cookie }),
          ...(isChange && token !== undefined ? { 'x-csrf-token': token } : {}),
          ...ask.headers,
        },
      })
    }
  }

  const link = async (userId: string, seconds = 600): Promise<string> => {
    const token = randomBytes(32).toString('base64url')
    const tokenHash = createHash('sha256').update(token).digest()
    await inTransaction(house.appSql, (tx) => addLoginLink(tx, { userId, tokenHash, seconds }))
    return token
  }
  const visit = async (userId: string): Promise<Browser> => {
    const login = await send(undefined, undefined)('POST', '/api/session', {
      body: { loginToken: await link(userId) },
    })
    const cookie = cookieOf(login)
    const csrf: string = login.body.csrf
    return { cookie, csrf, login, ask: send(cookie, csrf) }
  }
  return {
    house,
    link,
    visit,
    ask: send(undefined, undefined),
    visitor: async () => {
      const person = await house.person()
      return { ...person, ...(await visit(person.id)) }
    },
    later: (seconds) => {
      offsetMs += seconds * 1000
    },
    close: async () => {
      await house.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
