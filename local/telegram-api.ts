import { z } from 'zod'

/** The envelope of every answer of the Bot API. */
const Answer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), error_code: z.number().optional(), description: z.string().optional() }),
])

/** Telegram (or what stands in for it) said no; `code` is its error_code or the HTTP status. */
export class TelegramRefusal extends Error {
  override name = 'TelegramRefusal' as const
  readonly code: number
  constructor(method: string, code: number, description: string) {
    super(`${method}: ${code} ${description}`)
    this.code = code
  }
}

export type CallTelegram = (
  method: string,
  params: Record<string, unknown>,
  signal: AbortSignal,
) => Promise<unknown>

/**
 * Bare calls for the starter's own few needs. The address holds the token, so no error ever carries it.
 * @throws TelegramRefusal, or Error when no answer came
 */
export const createTelegramCaller =
  (apiRoot: string, token: string): CallTelegram =>
  async (method, params, signal) => {
    let status = 0
    let body: unknown
    try {
      const response = await fetch(`${apiRoot}/bot${token}/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(params),
        signal,
      })
      status = response.status
      body = await response.json()
    } catch (error) {
      if (status !== 0) throw new TelegramRefusal(method, status, 'the answer was no JSON')
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer'
      // without `cause`: undici's may show the address
      throw new Error(`${method}: ${apiRoot} gave no answer (${code})`)
    }
    const answer = Answer.safeParse(body)
    if (!answer.success) throw new TelegramRefusal(method, status, 'this is no answer of the Bot API')
    if (!answer.data.ok)
      throw new TelegramRefusal(method, answer.data.error_code ?? status, answer.data.description ?? '')
    return answer.data.result
  }
