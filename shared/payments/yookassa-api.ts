import type { z } from 'zod'
import { YookassaError } from './yookassa-error.ts'
import { formatSum, List, Refusal, YookassaPayment, YookassaRefund } from './yookassa-shapes.ts'

export type YookassaSettings = {
  /** Without a trailing slash; /v3/... is appended. */
  apiRoot: string
  shopId: string
  secretKey: string
  /** Longest time for one call in ms. */
  timeoutMs: number
  fetch?: typeof globalThis.fetch
}

export type Page<Item> = {
  items: Item[]
  /** Ids of entries that could not be read strictly, where they have one: to be looked at, not to be believed. */
  unreadable: string[]
  nextCursor: string | undefined
}

export type NewPayment = {
  orderId: string
  /** Kopecks. */
  amount: number
  currency: string
  /** At most 128 characters. */
  description: string
  returnUrl: string
}

export type NewRefund = {
  refundId: string
  paymentId: string
  amount: number
  currency: string
  description: string
}

/** YooKassa's HTTP API (v3), as far as we use it. Everything throws YookassaError, and ends within the timeout. */
export type YookassaClient = {
  /** Its Idempotence-Key is the order's id: however often it is repeated (24 h), one payment is opened. */
  createPayment: (payment: NewPayment, signal?: AbortSignal) => Promise<YookassaPayment>
  getPayment: (id: string, signal?: AbortSignal) => Promise<YookassaPayment>
  /** Newest first, as YooKassa gives them. */
  listPayments: (
    page: { createdAtGte?: Date; limit?: number; cursor?: string | undefined },
    signal?: AbortSignal,
  ) => Promise<Page<YookassaPayment>>
  /** Its Idempotence-Key is the refund's id. */
  createRefund: (refund: NewRefund, signal?: AbortSignal) => Promise<YookassaRefund>
  getRefund: (id: string, signal?: AbortSignal) => Promise<YookassaRefund>
  listRefunds: (
    page: { createdAtGte?: Date; paymentId?: string; limit?: number; cursor?: string | undefined },
    signal?: AbortSignal,
  ) => Promise<Page<YookassaRefund>>
}

/** More than any answer of ours has. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024

type Call = {
  name: string
  method: 'GET' | 'POST'
  path: string
  body?: unknown
  idempotenceKey?: string
  signal?: AbortSignal | undefined
}

/** An idle connection that ends while a call goes out is the commonest failure; its code says it without the address. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'no usable answer'
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time'
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? code : 'no usable answer'
}

const refusalOf = (name: string, status: number, answer: unknown): YookassaError => {
  const parsed = Refusal.safeParse(answer)
  const reason = `${status}${parsed.success ? ` ${parsed.data.code}` : ''}`
  // words that are not YooKassa's come from something in between, which cannot know what YooKassa has done
  if (!parsed.success && status !== 401 && status !== 403) {
    return new YookassaError(name, 'unavailable', reason)
  }
  if (status === 404) return new YookassaError(name, 'not_found', reason)
  if (status === 401 || status === 403) return new YookassaError(name, 'unauthorized', reason)
  // come back later; 202 would stand for an answer that is not ready yet, and is no success either
  const isAway = [408, 409, 425, 429].includes(status) || status >= 500 || status < 400
  return new YookassaError(name, isAway ? 'unavailable' : 'refused', reason)
}

const parse = <T>(name: string, schema: z.ZodType<T>, answer: unknown): T => {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  const fields = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new YookassaError(name, 'nonsense', fields.join('; ').slice(0, 200))
}

const idOf = (entry: unknown): string[] => {
  const id = typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : undefined
  return typeof id === 'string' && /^[\w-]{1,255}$/.test(id) ? [id] : []
}

const readPage = <T>(name: string, schema: z.ZodType<T>, answer: unknown): Page<T> => {
  const list = parse(name, List, answer)
  const entries = list.items.map((entry) => ({ entry, result: schema.safeParse(entry) }))
  return {
    items: entries.flatMap(({ result }) => (result.success ? [result.data] : [])),
    unreadable: entries.flatMap(({ entry, result }) => (result.success ? [] : idOf(entry))),
    nextCursor: list.next_cursor,
  }
}

const queryOf = (values: Record<string, string | number | undefined>): string =>
  new URLSearchParams(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  ).toString()

/**
 * A client of YooKassa. Redirects are not followed: they would carry the shop's key away. Answers are read strictly (OWASP API10): what
 * does not fit is an error, never a guess.
 */
export const createYookassaClient = (settings: YookassaSettings): YookassaClient => {
  const { apiRoot, shopId, secretKey, timeoutMs, fetch = globalThis.fetch } = settings
  const authorization = `Basic ${Buffer.from(`${shopId}:${secretKey}`).toString('base64')}`

  const send = async ({ name, method, path, body, idempotenceKey, signal }: Call): Promise<unknown> => {
    const timeout = AbortSignal.timeout(timeoutMs)
    let status: number
    let text: string
    try {
      const response = await fetch(`${apiRoot}/v3${path}`, {
        method,
        headers: {
          authorization,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(idempotenceKey === undefined ? {} : { 'idempotence-key': idempotenceKey }),
        },
        redirect: 'error',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      status = response.status
      text = await response.text()
    } catch (error) {
      throw new YookassaError(name, 'unavailable', reasonOf(error))
    }
    if (text.length > MAX_ANSWER_BYTES) throw new YookassaError(name, 'nonsense', 'the answer is too long')
    let answer: unknown
    try {
      answer = JSON.parse(text)
    } catch {
      // a proxy in between, not YooKassa: whatever it says, nothing is known
      if (status === 200) throw new YookassaError(name, 'unavailable', 'the answer is no JSON')
    }
    if (status !== 200) throw refusalOf(name, status, answer)
    return answer
  }

  return {
    createPayment: async ({ orderId, amount, currency, description, returnUrl }, signal) => {
      const body = {
        amount: { value: formatSum(amount), currency },
        capture: true,
        confirmation: { type: 'redirect', return_url: returnUrl },
        description,
        metadata: { orderId },
      }
      const call: Call = { name: 'createPayment', method: 'POST', path: '/payments', body, signal }
      return parse(call.name, YookassaPayment, await send({ ...call, idempotenceKey: orderId }))
    },
    getPayment: async (id, signal) => {
      const call: Call = {
        name: 'getPayment',
        method: 'GET',
        path: `/payments/${encodeURIComponent(id)}`,
        signal,
      }
      return parse(call.name, YookassaPayment, await send(call))
    },
    listPayments: async ({ createdAtGte, limit = 100, cursor }, signal) => {
      const query = queryOf({ 'created_at.gte': createdAtGte?.toISOString(), limit, cursor })
      const call: Call = { name: 'listPayments', method: 'GET', path: `/payments?${query}`, signal }
      return readPage(call.name, YookassaPayment, await send(call))
    },
    createRefund: async ({ refundId, paymentId, amount, currency, description }, signal) => {
      const body = { payment_id: paymentId, amount: { value: formatSum(amount), currency }, description }
      const call: Call = { name: 'createRefund', method: 'POST', path: '/refunds', body, signal }
      return parse(call.name, YookassaRefund, await send({ ...call, idempotenceKey: refundId }))
    },
    getRefund: async (id, signal) => {
      const call: Call = {
        name: 'getRefund',
        method: 'GET',
        path: `/refunds/${encodeURIComponent(id)}`,
        signal,
      }
      return parse(call.name, YookassaRefund, await send(call))
    },
    listRefunds: async ({ createdAtGte, paymentId, limit = 100, cursor }, signal) => {
      const query = queryOf({
        'created_at.gte': createdAtGte?.toISOString(),
        payment_id: paymentId,
        limit,
        cursor,
      })
      const call: Call = { name: 'listRefunds', method: 'GET', path: `/refunds?${query}`, signal }
      return readPage(call.name, YookassaRefund, await send(call))
    },
  }
}
