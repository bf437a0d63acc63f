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
  idempotencyKey?: string
  requestId?: string
  signal?: AbortSignal
}

/** Calls another function through the gateway as this function's own client. @throws AppError, the callee's or unavailable */
export type CallFunction = <T>(call: FunctionCall, schema: z.ZodType<T>) => Promise<T>
/** Asks a function to look for work soon; many calls within a moment become one. Never fails. */
export type WakeFunction = (functionName: string) => void

/** Longest time for one call; the caller's own deadline usually ends it earlier. */
const CALL_TIMEOUT_MS = 20_000
const WAKE_PAUSE_MS = 100

const Problem = z.looseObject({ code: z.string(), detail: z.string().optional() })

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
    errors: _errors,
    ...extra
  } = problem.data
  return new AppError(code, {
    extra,
    ...(detail === undefined ? {} : { detail }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

export type FunctionCaller = {
  call: CallFunction
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

  const call: CallFunction = async (request, schema) => {
    const headers: Record<string, string> = { authorization: await authorization(request.functionName) }
    if (request.body !== undefined) headers['content-type'] = 'application/json'
    if (request.idempotencyKey !== undefined) headers['idempotency-key'] = request.idempotencyKey
    if (request.requestId !== undefined) headers['x-call-id'] = request.requestId
    const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS)
    let status: number
    let retryAfter: string | null
    let body: unknown
    try {
      const response = await fetch(
        `${config.gatewayUrl}/function/${request.functionName}${request.path ?? '/'}`,
        {
          method: request.method,
          headers,
          redirect: 'error',
          signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
          ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        },
      )
      status = response.status
      retryAfter = response.headers.get('retry-after')
      const text = await response.text()
      body = (response.headers.get('content-type') ?? '').includes('json') ? JSON.parse(text) : text
    } catch (error) {
      throw unavailable(`The function ${request.functionName} cannot be reached.`, error)
    }
    if (status >= 400) throw toError(status, retryAfter, body)
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
  return { call, wake, settled, close }
}
