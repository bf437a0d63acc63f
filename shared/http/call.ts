import { z } from 'zod'
import { AppError, type ErrorCode, STATUS_OF_CODE, unavailable } from '#shared/errors.ts'
import type { Config } from '#shared/platform/config.ts'
import type { Log } from '#shared/platform/log.ts'
import { createTokenSource } from '#shared/platform/tokens.ts'

export type FunctionCall = {
  functionName: string
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Path and query under the function; '/' by default. */
  path?: string
  body?: unknown
  /** In place of `body`: these bytes as they are. */
  rawBody?: { bytes: Buffer; type: string }
  idempotencyKey?: string
  requestId?: string
  signal?: AbortSignal
}

/** Calls another function through the gateway as this function's own client. @throws AppError, the callee's or unavailable */
export type CallFunction = <T>(call: FunctionCall, schema: z.ZodType<T>) => Promise<T>
/** An answer as it came, for documents that are handed on. */
export type RawAnswer = { status: number; headers: Headers; bytes: Buffer }
/** As `CallFunction`, for answers that are no JSON. */
export type FetchFromFunction = (call: FunctionCall) => Promise<RawAnswer>
/** Asks a function to look for work soon; many calls within a moment become one. Never fails. */
export type WakeFunction = (functionName: string) => void

/** Longest time for one call; the caller's own deadline usually ends it earlier. */
const CALL_TIMEOUT_MS = 20_000
const WAKE_PAUSE_MS = 100

const Problem = z.looseObject({
  code: z.string(),
  detail: z.string().optional(),
  errors: z
    .array(z.strictObject({ path: z.string(), message: z.string() }))
    .optional()
    .catch(undefined),
})

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(STATUS_OF_CODE, code)

const toError = (status: number, retryAfter: string | null, body: unknown): AppError => {
  const problem = Problem.safeParse(body)
  const retryAfterSeconds = Number(retryAfter) || undefined
  if (!problem.success || !isErrorCode(problem.data.code)) {
    // not one of our functions has spoken, but a gateway or a watchdog in front of it: full, restarting, being deployed
    return unavailable('Another function is not available.', new Error(`status ${status}`), retryAfterSeconds)
  }
  const {
    code,
    detail,
    type: _type,
    title: _title,
    status: _status,
    requestId: _requestId,
    errors,
    ...extra
  } = problem.data
  return new AppError(code, {
    extra,
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

const contentOf = ({
  body,
  rawBody,
}: FunctionCall): { type: string; content: string | Uint8Array<ArrayBuffer> } | undefined => {
  if (rawBody !== undefined) return { type: rawBody.type, content: new Uint8Array(rawBody.bytes) }
  return body === undefined ? undefined : { type: 'application/json', content: JSON.stringify(body) }
}

const isJson = (headers: Headers): boolean => (headers.get('content-type') ?? '').includes('json')

export type FunctionCaller = {
  call: CallFunction
  fetchFrom: FetchFromFunction
  wake: WakeFunction
  /** Resolves when no wake-up is due or under way. */
  settled: () => Promise<void>
  /** Sends what is due at once. */
  close: () => Promise<void>
}

export const createFunctionCaller = (options: {
  config: Config
  clock: () => number
  log: Log
}): FunctionCaller => {
  const { config, clock, log } = options
  const self = config.clients.find(config.functionName)
  const tokens = self && createTokenSource(self, clock)
  const underWay = new Set<Promise<unknown>>()
  /** Wake-ups that wait out the pause; calling one sends it now. */
  const due = new Map<string, () => void>()

  const authorization = async (functionName: string): Promise<string> => {
    if (!tokens)
      throw new Error(
        `The secret api-clients holds no client "${config.functionName}", so it can call nobody.`,
      )
    return `Bearer ${await tokens(functionName)}`
  }

  const fetchFrom: FetchFromFunction = async (request) => {
    const sent = contentOf(request)
    const headers: Record<string, string> = { authorization: await authorization(request.functionName) }
    if (sent !== undefined) headers['content-type'] = sent.type
    if (request.idempotencyKey !== undefined) headers['idempotency-key'] = request.idempotencyKey
    if (request.requestId !== undefined) headers['x-call-id'] = request.requestId
    const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS)
    let answer: RawAnswer
    let problem: unknown
    try {
      const response = await fetch(
        `${config.gatewayUrl}/function/${request.functionName}${request.path ?? '/'}`,
        {
          method: request.method,
          headers,
          redirect: 'error',
          signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
          ...(sent === undefined ? {} : { body: sent.content }),
        },
      )
      const bytes = Buffer.from(await response.arrayBuffer())
      answer = { status: response.status, headers: response.headers, bytes }
      if (response.status >= 400 && isJson(response.headers)) problem = JSON.parse(bytes.toString())
    } catch (error) {
      throw unavailable(`The function ${request.functionName} cannot be reached.`, error)
    }
    if (answer.status >= 400) throw toError(answer.status, answer.headers.get('retry-after'), problem)
    return answer
  }

  const call: CallFunction = async (request, schema) => {
    const { headers, bytes } = await fetchFrom(request)
    const text = bytes.toString()
    let body: unknown = text
    try {
      if (isJson(headers)) body = JSON.parse(text)
    } catch (error) {
      throw unavailable(`The function ${request.functionName} cannot be reached.`, error)
    }
    return schema.parse(body)
  }

  const knock = async (functionName: string): Promise<void> => {
    try {
      const response = await fetch(`${config.gatewayUrl}/async-function/${functionName}`, {
        method: 'POST',
        headers: { authorization: await authorization(functionName) },
        signal: AbortSignal.timeout(2_000),
      })
      await response.arrayBuffer()
    } catch (error) {
      // the schedule of the function is the backstop
      log.debug({ err: error, callee: functionName }, 'could not wake a function')
    }
  }
  const wake: WakeFunction = (functionName) => {
    if (due.has(functionName)) return
    const { promise: woken, resolve } = Promise.withResolvers<void>()
    const fire = (): void => {
      clearTimeout(timer)
      due.delete(functionName)
      void knock(functionName).finally(resolve)
    }
    const timer = setTimeout(fire, WAKE_PAUSE_MS)
    due.set(functionName, fire)
    underWay.add(woken)
    void woken.finally(() => underWay.delete(woken))
  }
  const settled = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.allSettled(underWay)
  }

  const close = async (): Promise<void> => {
    for (const fire of [...due.values()]) fire()
    await settled()
  }
  return { call, fetchFrom, wake, settled, close }
}
