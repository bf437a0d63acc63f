import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTelegram } from './api.ts'
import { answerJson, startBotApiServer, TEST_TOKEN } from './bot-api-server.testing.ts'
import { type DownloadRequest, downloadTelegramFile } from './files.ts'

const CONTENT = Buffer.from([...Array(1000).keys()].map((byte) => byte % 256))

type Serve = Parameters<typeof startBotApiServer>[0]
type Given = { file?: object; refuse?: [number, string]; serve?: Serve }

/** Downloads from a server that answers getFile with `file` (or refuses), and the link with `serve`. */
const download = async (given: Given, request: Partial<DownloadRequest> = {}) => {
  const server = await startBotApiServer((incoming, response, body) => {
    if (!incoming.url?.endsWith('/getFile')) {
      const serve = given.serve ?? (() => response.end(CONTENT))
      return serve(incoming, response, body)
    }
    if (given.refuse === undefined) {
      const file = {
        file_id: 'abc',
        file_path: 'photos/file_1.JPG',
        file_size: CONTENT.length,
        ...given.file,
      }
      return answerJson(response, 200, { ok: true, result: file })
    }
    const [error_code, description] = given.refuse
    return answerJson(response, error_code, { ok: false, error_code, description })
  })
  onTestFinished(() => server.stop())
  const { apiRoot, urls } = server
  const api = createTelegram({ token: TEST_TOKEN, apiRoot, timeoutMs: 500 })
  const result = await downloadTelegramFile({
    api,
    token: TEST_TOKEN,
    apiRoot,
    fileId: 'abc',
    maxBytes: 2000,
    timeoutMs: 500,
    ...request,
  }).catch((error: unknown) => error)
  expect(inspect(result, { depth: 10, showHidden: true })).not.toContain(TEST_TOKEN)
  return { result, urls }
}

test('fetches the bytes by the link', async () => {
  const { result, urls } = await download({})
  expect(result).toEqual({ bytes: CONTENT, extension: 'jpg', size: 1000 })
  expect(urls[1]).toBe(`/file/bot${TEST_TOKEN}/photos/file_1.JPG`)
})

test.each([
  ['documents/file_2', ''],
  ['documents/запись №1.srt', 'srt'],
  ['documents/a?b=c#d.txt', 'txt'],
  ['documents/%2e%2e.toolongextension', ''],
])('the path %s is one path, whatever it contains', async (file_path, extension) => {
  const { result, urls } = await download({ file: { file_path } })
  expect(result).toMatchObject({ size: 1000, extension })
  expect(decodeURIComponent(urls[1] ?? '')).toBe(`/file/bot${TEST_TOKEN}/${file_path}`)
})

describe('refuses', () => {
  const failures: [
    name: string,
    given: Given,
    code: string,
    links: number,
    request?: Partial<DownloadRequest>,
  ][] = [
    ['an unknown id', { refuse: [400, 'Bad Request: invalid file_id'] }, 'file_not_found', 0],
    [
      'an id with anything else against it',
      { refuse: [400, 'Bad Request: FILE_STRANGE'] },
      'file_not_found',
      0,
    ],
    ['what Telegram finds too big', { refuse: [400, 'Bad Request: file is too big'] }, 'too_large', 0],
    ['when Telegram is down', { refuse: [502, 'Bad Gateway'] }, 'unavailable', 0],
    ['a file without a path', { file: { file_path: undefined } }, 'file_not_found', 0],
    ['a file that is announced too large', { file: { file_size: 2001 } }, 'too_large', 0],
    ['a path that climbs', { file: { file_path: 'photos/../../botX/getMe' } }, 'upstream_failed', 0],
    ['an absolute path', { file: { file_path: '/var/lib/file' } }, 'upstream_failed', 0],
    ['a path to another host', { file: { file_path: '//evil.example/file' } }, 'upstream_failed', 0],
    ['a path with a backslash', { file: { file_path: 'a\\..\\b' } }, 'upstream_failed', 0],
    ['an expired link', { serve: (_q, response) => response.writeHead(404).end() }, 'file_not_found', 1],
    ['a busy server', { serve: (_q, response) => response.writeHead(500).end() }, 'unavailable', 1],
    [
      'a redirect',
      { serve: (_q, response) => response.writeHead(302, { location: '/else' }).end() },
      'upstream_failed',
      1,
    ],
    [
      'a length beyond the limit',
      { serve: (_q, response) => response.writeHead(200, { 'content-length': '999999' }).end(CONTENT) },
      'too_large',
      1,
    ],
    [
      'more than the limit without a length',
      {
        serve: (_q, response) => {
          response.write(Buffer.alloc(1500))
          response.end(Buffer.alloc(1500))
        },
      },
      'too_large',
      1,
    ],
    [
      'an incomplete file',
      { serve: (_q, response) => response.end(CONTENT.subarray(0, 500)) },
      'unavailable',
      1,
    ],
    [
      'a link that breaks',
      {
        serve: (incoming, response) => {
          response.writeHead(200, { 'content-length': '1000' })
          response.write(CONTENT.subarray(0, 500), () => incoming.socket.resetAndDestroy())
        },
      },
      'unavailable',
      1,
    ],
    ['a silent server', { serve: () => undefined }, 'unavailable', 1, { timeoutMs: 100 }],
  ]

  test.each(failures)('%s', async (_name, given, code, links, request) => {
    const { result, urls } = await download(given, request)
    expect(result).toMatchObject({ name: 'AppError', code })
    expect(urls).toHaveLength(1 + links)
  })

  test('when the caller stops', async () => {
    const caller = new AbortController()
    const { result } = await download({ serve: () => caller.abort() }, { signal: caller.signal })
    expect(result).toMatchObject({ code: 'deadline' })
    const early = await download({}, { signal: AbortSignal.abort() })
    expect(early.result).toMatchObject({ code: 'deadline' })
  })

  test('an unreachable server', async () => {
    expect((await download({}, { apiRoot: 'http://127.0.0.1:1' })).result).toMatchObject({
      code: 'unavailable',
    })
  })
})
