import type { ErrorCode } from '#shared/errors.ts'

/** What the server says of a call that failed (RFC 9457); `offline`: no answer came at all. */
export type ProblemCode = ErrorCode | 'offline'

type Document = { code: ProblemCode; requestId?: string; missing?: number; limit?: string; left?: number }

/** A call that failed, in a form that can be told to a person. */
export class Problem extends Error {
  override name = 'Problem' as const
  readonly status: number
  readonly code: ProblemCode
  readonly requestId: string | undefined
  readonly retryAfterSeconds: number | undefined
  /** Coins that are missing, where they do not suffice. */
  readonly missing: number | undefined
  /** Coins that the person's own daily limit leaves, where it was reached. */
  readonly leftToday: number | undefined

  constructor(status: number, document: Document, retryAfterSeconds?: number) {
    super(`${status} ${document.code}`)
    this.status = status
    this.code = document.code
    this.requestId = document.requestId
    this.retryAfterSeconds = retryAfterSeconds
    this.missing = document.missing
    this.leftToday = document.limit === 'daily' ? document.left : undefined
  }
}

/** The network failed: whether the server did the work is unknown, so the same key must be sent again. */
export const offline = (): Problem => new Problem(0, { code: 'offline' })

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
const wordOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Codes for answers that come from something in between, such as a gateway with a page of its own. */
const codeOfStatus = (status: number): ProblemCode => {
  if (status === 401) return 'unauthenticated'
  if (status === 413) return 'too_large'
  if (status === 429) return 'rate_limited'
  if (status === 502 || status === 503) return 'unavailable'
  return status === 504 ? 'deadline' : 'internal'
}

/** Reads the problem out of an answer, whatever it holds. */
export const readProblem = async (response: Response): Promise<Problem> => {
  const body: unknown = await response.json().catch(() => undefined)
  const known = isRecord(body) ? body : {}
  const after = Number(response.headers.get('retry-after'))
  const requestId = wordOf(known.requestId)
  const missing = numberOf(known.missing)
  const limit = wordOf(known.limit)
  const left = numberOf(known.left)
  return new Problem(
    response.status,
    {
      // the server's own code; a new one, unknown here, is told as any other failure
      code: (wordOf(known.code) as ProblemCode | undefined) ?? codeOfStatus(response.status),
      ...(requestId === undefined ? {} : { requestId }),
      ...(missing === undefined ? {} : { missing }),
      ...(limit === undefined ? {} : { limit }),
      ...(left === undefined ? {} : { left }),
    },
    Number.isFinite(after) && after > 0 ? after : undefined,
  )
}
