import { randomUUID } from 'node:crypto'
import sharp from 'sharp'
import { afterEach, describe, expect, test } from 'vitest'
import { answerJson, startBotApiServer } from '#shared/telegram/bot-api-server.testing.ts'
import { type House, openHouse, type Reply } from '../../test/support/house.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

/** A link to a file is made of these two; whoever reads it in a log owns the bot. */
const TOKEN = '987654:CANARY-token-of-this-test-alone'
const PATH = 'photos/CANARY-path.jpg'

type Serve = Parameters<typeof startBotApiServer>[0]

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Uploads by the id of a file whose link `serve` answers. */
const uploadFrom = async (
  serve: Serve,
  file: { file_size?: number } = {},
): Promise<{ reply: Reply; house: House; links: number }> => {
  const server = await startBotApiServer((incoming, response, body) => {
    if (!incoming.url?.endsWith('/getFile')) return serve(incoming, response, body)
    return answerJson(response, 200, { ok: true, result: { file_id: 'abc', file_path: PATH, ...file } })
  })
  closing.push(() => server.stop())
  const house = await openHouse({
    functions: [handler, register],
    config: { logLevel: 'trace', telegram: { token: TOKEN, apiRoot: server.apiRoot } },
  })
  closing.push(house.close)
  const { id } = await house.person()
  const reply = await house.call('avatar-upload', 'POST', '/', {
    body: { userId: id, telegramFileId: 'abc' },
    key: randomUUID(),
  })
  return { reply, house, links: server.urls.filter((url) => url.startsWith('/file/')).length }
}

const everythingKept = async (house: House): Promise<string> => {
  const rows = await house.ownerSql`
    select (select json_agg(k) from idempotency_keys k)::text as keys, (select json_agg(a) from user_avatars a)::text as avatars,
      (select json_agg(t) from transactions t)::text as ledger, (select json_agg(j) from graphile_worker._private_jobs j)::text as jobs`
  return JSON.stringify(rows)
}

describe("the link to a file at Telegram, which holds the bot's token, is kept nowhere", () => {
  test.each<[string, Serve, number, string | undefined]>([
    [
      'a picture',
      async (_request, response) =>
        response.end(
          await sharp({ create: { width: 9, height: 9, channels: 3, background: '#123' } })
            .png()
            .toBuffer(),
        ),
      201,
      undefined,
    ],
    ['no picture', (_request, response) => response.end('words'), 415, 'unsupported_media'],
    ['gone', (_request, response) => response.writeHead(404).end(), 404, 'file_not_found'],
    [
      'a server in trouble',
      (_request, response) => response.writeHead(500).end(`no /file/bot${TOKEN}/${PATH}`),
      503,
      'unavailable',
    ],
    [
      'a redirect to an address inside',
      (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      502,
      'upstream_failed',
    ],
    ['a broken line', (request) => request.socket.resetAndDestroy(), 503, 'unavailable'],
  ])('%s', async (_name, serve, status, code) => {
    const { reply, house } = await uploadFrom(serve)
    expect([reply.status, reply.body.code]).toEqual([status, code])
    expect(house.logs.length).toBeGreaterThan(0)
    const kept = [
      ...house.logs,
      JSON.stringify([reply.body, ...reply.headers]),
      await everythingKept(house),
    ].join('\n')
    expect(kept).not.toContain('CANARY')
  })

  test('what Telegram announces as too large is not even asked for', async () => {
    const { reply, links } = await uploadFrom((_request, response) => response.end(), {
      file_size: 20 * 1024 * 1024 + 1,
    })
    expect([reply.status, reply.body.code, links]).toEqual([413, 'too_large', 0])
  })
})
