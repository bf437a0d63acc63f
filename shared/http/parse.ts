import type { z } from 'zod'
import { AppError, type FieldError, invalidInput } from '#shared/errors.ts'
import type { HttpRequest } from '../../templates/node24-ts/contract.ts'

/** Deeper JSON than this is an attack, not a request. */
const MAX_DEPTH = 32

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** PostgreSQL's text takes no NUL, and UTF-8 no lone surrogate: refused at the door, with the field's name. */
const findBadText = (value: unknown, path: string, depth: number): FieldError | undefined => {
  if (typeof value === 'string') {
    return value.includes('\0') || !value.isWellFormed()
      ? { path, message: 'must not contain NUL or a lone surrogate' }
      : undefined
  }
  if (value === null || typeof value !== 'object') return undefined
  if (depth > MAX_DEPTH) return { path, message: `is nested deeper than ${MAX_DEPTH} levels` }
  for (const [key, inner] of Object.entries(value)) {
    const bad =
      findBadText(key, path, depth + 1) ?? findBadText(inner, path ? `${path}.${key}` : key, depth + 1)
    if (bad) return bad
  }
  return undefined
}

const toFieldErrors = (error: z.ZodError): FieldError[] =>
  error.issues.slice(0, 20).map((issue) => ({ path: issue.path.join('.'), message: issue.message }))

/** Checks a value against a schema. @throws AppError invalid_input naming each field */
export const parseWith = <T>(schema: z.ZodType<T>, value: unknown, what: string): T => {
  const bad = findBadText(value, '', 0)
  if (bad) throw invalidInput(`The ${what} is not valid.`, [bad])
  const result = schema.safeParse(value)
  if (!result.success) throw invalidInput(`The ${what} is not valid.`, toFieldErrors(result.error))
  return result.data
}

/** Media type without parameters, lower case. */
export const mediaTypeOf = (request: HttpRequest): string =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** Compressed bodies are refused: a small one may unpack to gigabytes. @throws AppError unsupported_media */
export const refuseEncodedBody = (request: HttpRequest): void => {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase()
  if (encoding && encoding !== 'identity') {
    throw new AppError('unsupported_media', { detail: 'Send the body without Content-Encoding.' })
  }
}

/** @throws AppError unsupported_media, invalid_input */
export const parseJsonBody = (request: HttpRequest): unknown => {
  refuseEncodedBody(request)
  const type = mediaTypeOf(request)
  if (type !== 'application/json') {
    throw new AppError('unsupported_media', { detail: 'Send Content-Type: application/json.' })
  }
  const charset = /charset="?([\w-]+)"?/i.exec(request.headers['content-type'] ?? '')?.[1]
  if (charset && charset.toLowerCase() !== 'utf-8') {
    throw new AppError('unsupported_media', { detail: 'Send JSON as UTF-8 (RFC 8259, 8.1).' })
  }
  try {
    return JSON.parse(utf8.decode(request.body))
  } catch (cause) {
    throw new AppError('invalid_input', { detail: 'The body is not JSON in UTF-8.', cause })
  }
}

/** Query parameters as a plain object. @throws AppError invalid_input when one stands twice */
export const parseQuery = (query: URLSearchParams): Record<string, string> => {
  const values: Record<string, string> = Object.create(null)
  for (const [name, value] of query) {
    if (name in values)
      throw invalidInput('The query is not valid.', [{ path: name, message: 'stands twice' }])
    values[name] = value
  }
  return { ...values }
}

/** @throws AppError invalid_input when missing or not 1..255 visible ASCII characters */
export const parseIdempotencyKey = (request: HttpRequest): string => {
  const key = request.headers['idempotency-key']
  if (key === undefined || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalidInput(
      'Every call that changes something needs Idempotency-Key: 1 to 255 visible ASCII characters.',
      [
        {
          path: 'Idempotency-Key',
          message: key === undefined ? 'is missing' : 'is not 1..255 visible ASCII characters',
        },
      ],
    )
  }
  return key
}
