import { createHash, timingSafeEqual } from 'node:crypto'
import { answerWithFault } from '../misbehave/answer.ts'
import type { Faults, MethodFault } from '../misbehave/rules.ts'
import type { Clock } from '../telegram/clock.ts'
import type { Book } from './book.ts'
import { invalid, YookassaError } from './errors.ts'
import { listPage } from './lists.ts'
import type { Payment } from './model.ts'
import { readPaymentRequest, readRefundRequest } from './requests.ts'
import { showRefund } from './views.ts'

export type ApiContext = {
  book: Book
  faults: Faults
  clock: Clock
  shopId: string
  secretKey: string
  show: (payment: Payment) => Record<string, unknown>
}

type Call = { method: string; run: (fault: MethodFault | undefined) => unknown }

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

const checkCaller = (request: Request, { shopId, secretKey }: ApiContext): void => {
  const [scheme = '', encoded = ''] = (request.headers.get('authorization') ?? '').split(' ')
  const given = Buffer.from(encoded, 'base64').toString()
  const isRight = timingSafeEqual(sha256(given), sha256(`${shopId}:${secretKey}`))
  if (scheme.toLowerCase() !== 'basic' || !isRight)
    throw new YookassaError(401, 'Error in shopId or secret key. Check their validity.')
}

const readJson = async (request: Request): Promise<unknown> => {
  if (!(request.headers.get('content-type') ?? '').includes('application/json'))
    throw new YookassaError(415, 'Content type must be application/json')
  try {
    return JSON.parse(await request.text())
  } catch {
    throw invalid('Request body is not JSON')
  }
}

/** The same key with the same request: the first answer again; with another one: 400, as there. Refusals keep no key. */
const once = (
  { book }: ApiContext,
  request: Request,
  path: string,
  body: unknown,
  run: () => unknown,
): unknown => {
  const key = request.headers.get('idempotence-key')
  if (key === null || key === '' || key.length > 64)
    throw invalid('Idempotence key is required: 1 to 64 characters', 'Idempotence-Key')
  const asked = `${path} ${JSON.stringify(body)}`
  const kept = book.answers.get(key)
  if (kept !== undefined && kept.request !== asked)
    throw invalid('Idempotence key duplicated', 'Idempotence-Key')
  if (kept !== undefined) return kept.body
  const answer = run()
  book.answers.set(key, { request: asked, status: 200, body: answer })
  return answer
}

const refundStatus = (fault: MethodFault | undefined) => {
  if (fault?.do === 'refund-canceled') return 'canceled'
  return fault?.do === 'refund-pending' ? 'pending' : 'succeeded'
}

const findCall = async (context: ApiContext, request: Request, url: URL): Promise<Call> => {
  const { book, show } = context
  const path = url.pathname
  const isPost = request.method === 'POST'
  const [, kind, id] = /^\/v3\/(payments|refunds)(?:\/([\w-]+))?$/.exec(path) ?? []
  if (kind === undefined) throw new YookassaError(404, 'Incorrect address of the request')
  if (request.method !== 'GET' && !(isPost && id === undefined))
    throw new YookassaError(405, 'Incorrect HTTP method')
  const body = isPost ? await readJson(request) : undefined
  if (kind === 'payments') {
    if (isPost) {
      const create = () => show(book.addPayment(readPaymentRequest(body)))
      return { method: 'createPayment', run: () => once(context, request, path, body, create) }
    }
    if (id !== undefined) return { method: 'getPayment', run: () => show(book.payment(id)) }
    return { method: 'listPayments', run: () => listPage(book.payments.values(), url.searchParams, show) }
  }
  if (isPost) {
    return {
      method: 'createRefund',
      run: (fault) => {
        const create = () => showRefund(book.addRefund(readRefundRequest(body), refundStatus(fault)))
        return once(context, request, path, body, create)
      },
    }
  }
  if (id !== undefined) return { method: 'getRefund', run: () => showRefund(book.refund(id)) }
  const paymentId = url.searchParams.get('payment_id')
  const wanted = [...book.refunds.values()].filter((one) => paymentId === null || one.paymentId === paymentId)
  return { method: 'listRefunds', run: () => listPage(wanted, url.searchParams, showRefund) }
}

const refuseAsAsked = (status: number, { description, retryAfter }: MethodFault): Response => {
  const refusal = new YookassaError(status, description ?? 'Refused on request of a test').toResponse()
  if (status === 429) refusal.headers.set('retry-after', String(retryAfter))
  return refusal
}

/** Answers a request under /v3. `Response.error()` = cut the connection. */
export const answerApi = async (
  context: ApiContext,
  request: Request,
  url: URL,
  signal: AbortSignal,
): Promise<Response> => {
  try {
    checkCaller(request, context)
    const call = await findCall(context, request, url)
    const fault = context.faults.ofMethod(call.method)
    const run = async (): Promise<Response> => {
      try {
        return Response.json(call.run(fault))
      } catch (error) {
        if (error instanceof YookassaError) return error.toResponse()
        throw error
      }
    }
    return await answerWithFault(fault, run, { refuse: refuseAsAsked, clock: context.clock, signal })
  } catch (error) {
    if (error instanceof YookassaError) return error.toResponse()
    throw error
  }
}
