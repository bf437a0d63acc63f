import { describe, expect, test } from 'vitest'
import { createLog, redactText } from './log.ts'

const BOT_TOKEN = '123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp'
const LOGIN_TOKEN = '_R3-'.repeat(10)
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl'

const capture = (level = 'trace') => {
  const lines: string[] = []
  return { log: createLog('toy', level, (line) => lines.push(line)), lines }
}

describe('redactText', () => {
  test.each([
    ['a bot token', `token ${BOT_TOKEN} is bad`, BOT_TOKEN],
    ['a bot token in a url', `https://api.telegram.org/bot${BOT_TOKEN}/getMe failed`, BOT_TOKEN],
    ['a bot token in a file url', `https://api.telegram.org/file/bot${BOT_TOKEN}/photos/1.jpg`, BOT_TOKEN],
    ['a password of PostgreSQL', 'postgres://app:p%40ss-word@db:5432/kopeika', 'p%40ss-word'],
    ['a password of Redis without a user', 'redis://:pass-word@redis:6379', 'pass-word'],
    ['a password of a cluster', 'redis+cluster://u:pass-word@a,b', 'pass-word'],
    ['a bearer token', `authorization: Bearer ${JWT}`, JWT],
    ['a bearer token in lower case', `bearer ${JWT}`, JWT],
    ['the token of a log-in link', `'https://x/c/#login=${LOGIN_TOKEN}' is invalid`, LOGIN_TOKEN],
  ])('takes out %s', (_what, text, secret) => {
    expect(redactText(text)).not.toContain(secret)
  })

  test('takes linear time: a long run of letters or digits must not stop the process', () => {
    const startedAt = performance.now()
    for (const char of ['x', '7', ':']) redactText(char.repeat(100_000))
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  test('leaves times, ids and addresses alone', () => {
    const text = '12:34:56 user 123456789 at http://127.0.0.1:8080/x postgres://db:5432/kopeika'
    expect(redactText(text)).toBe(text)
  })
})

describe('createLog', () => {
  test('writes one JSON line with function, level, time and message', () => {
    const { log, lines } = capture()
    log.child({ requestId: 'r1' }).info({ coins: 5 }, 'charged')
    expect(lines).toHaveLength(1)
    const line = JSON.parse(lines[0] ?? '')
    expect(line).toMatchObject({ function: 'toy', level: 'info', msg: 'charged', requestId: 'r1', coins: 5 })
    expect(new Date(line.time).getTime()).toBeGreaterThan(0)
  })

  test('keeps to its level', () => {
    const { log, lines } = capture('warn')
    log.info('quiet')
    log.warn('loud')
    expect(lines).toHaveLength(1)
  })

  test('no secret in any place: message, error, stack, cause, fields', () => {
    const { log, lines } = capture()
    const cause = new Error(`connect postgres://app:db-password@db/kopeika`)
    const error = new Error(`POST https://api.telegram.org/bot${BOT_TOKEN}/sendMessage`, { cause })
    log.error({ err: error, url: `https://x/bot${BOT_TOKEN}` }, `with Bearer ${JWT}`)
    log.info({ authorization: 'Basic canary', token: 'canary', secret: 'canary', password: 'canary' }, 'top')
    log.info(
      { headers: { authorization: 'canary' }, config: { token: 'canary', password: 'canary' } },
      'deeper',
    )
    const failed = Object.assign(new Error('bad query'), { query: 'select canary', parameters: ['canary'] })
    log.error({ err: failed }, 'query')
    log.error({ error: { query: 'select canary', parameters: ['canary'] } }, 'query')
    const text = lines.join('')
    expect(lines).toHaveLength(5)
    expect(text).not.toContain(BOT_TOKEN)
    expect(text).not.toContain('db-password')
    expect(text).not.toContain(JWT)
    expect(text).not.toContain('canary')
    expect(text).toContain('bad query')
    for (const line of lines) JSON.parse(line)
  })

  test('a line that is too long is cut to one that is still JSON, and still redacted', () => {
    const { log, lines } = capture()
    log.info({ url: `https://x/bot${BOT_TOKEN}`, text: 'я"\\\n'.repeat(50_000) }, 'long')
    log.info({ text: 'x'.repeat(10_000) }, 'not so long')
    expect(lines).toHaveLength(2)
    const [long = '', short = ''] = lines
    expect(Buffer.byteLength(long)).toBeLessThan(16_384)
    expect(long.endsWith('\n')).toBe(true)
    expect(JSON.parse(long)).toMatchObject({ level: 'warn', msg: 'log line was too long' })
    expect(long).not.toContain(BOT_TOKEN)
    expect(JSON.parse(short).text).toHaveLength(10_000)
  })
})
