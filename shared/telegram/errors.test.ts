import { GrammyError, HttpError } from 'grammy/web'
import { describe, expect, test } from 'vitest'
import { AppError } from '#shared/errors.ts'
import { classifyTelegramError, toAppError } from './errors.ts'

const refusal = (error_code: number, description: string, parameters = {}): GrammyError =>
  new GrammyError('Call failed!', { ok: false, error_code, description, parameters }, 'sendMessage', {
    text: 'secret words',
  })

describe('classifyTelegramError', () => {
  test.each([
    [400, 'Bad Request: message is not modified: specified new message content', 'not_modified'],
    [400, 'Bad Request: query is too old and response timeout expired or query ID is invalid', 'too_old'],
    [400, 'Bad Request: chat not found', 'chat_not_found'],
    [400, 'Bad Request: PEER_ID_INVALID', 'chat_not_found'],
    [400, 'Bad Request: wrong file_id or the file is temporarily unavailable', 'file_not_found'],
    [400, 'Bad Request: invalid file_id', 'file_not_found'],
    [400, 'Bad Request: wrong remote file identifier specified: Wrong string length', 'file_not_found'],
    [400, 'Bad Request: file is too big', 'file_too_big'],
    [400, 'Bad Request: CHARGE_ALREADY_REFUNDED', 'already_refunded'],
    [400, "Bad Request: can't parse entities", 'bad_request'],
    [401, 'Unauthorized', 'unauthorized'],
    [403, 'Forbidden: bot was blocked by the user', 'blocked'],
    [403, "Forbidden: bot can't initiate conversation with a user", 'blocked'],
    [403, 'Forbidden: user is deactivated', 'deactivated'],
    [403, 'Forbidden: something else', 'forbidden'],
    [404, 'Not Found', 'unauthorized'],
    [409, 'Conflict: terminated by other getUpdates request', 'conflict'],
    [418, 'teapot', 'bad_request'],
    [500, 'Internal Server Error', 'unavailable'],
  ])('%i %s: %s', (code, description, kind) => {
    expect(classifyTelegramError(refusal(code, description))).toMatchObject({
      kind,
      description: `${code}: ${description}`,
    })
  })

  test('takes over when to come back, and says a second where Telegram does not', () => {
    expect(classifyTelegramError(refusal(429, 'Too Many Requests', { retry_after: 35 }))).toMatchObject({
      kind: 'rate_limited',
      retryAfterSeconds: 35,
    })
    expect(classifyTelegramError(refusal(429, 'Too Many Requests')).retryAfterSeconds).toBe(1)
  })

  test.each([undefined, null, 'text', {}, new Error('x'), new HttpError('x', new Error('y'))])(
    'anything else is a failure on the way: %s',
    (error) => {
      expect(classifyTelegramError(error)).toEqual({
        kind: 'unavailable',
        description: 'no usable answer',
        outcomeUnknown: true,
      })
    },
  )
})

describe('toAppError', () => {
  test.each([
    [refusal(429, 'Too Many Requests', { retry_after: 35 }), 'unavailable', 35],
    [refusal(502, 'Bad Gateway'), 'unavailable', 5],
    [refusal(400, 'Bad Request: invalid file_id'), 'file_not_found', undefined],
    [refusal(400, 'Bad Request: file is too big'), 'too_large', undefined],
    [refusal(400, 'Bad Request: whatever'), 'upstream_failed', undefined],
    [refusal(401, 'Unauthorized'), 'upstream_failed', undefined],
  ])('%s', (error, code, retryAfterSeconds) => {
    const appError = toAppError(error)
    expect(appError).toMatchObject({ code, retryAfterSeconds })
    expect(appError.cause).toMatchObject({ name: 'TelegramError' })
    expect(appError.detail).not.toContain('secret words')
  })

  test('leaves an AppError as it is', () => {
    const error = new AppError('conflict')
    expect(toAppError(error)).toBe(error)
  })
})
