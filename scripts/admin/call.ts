import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { parseClients } from '#shared/platform/clients.ts'
import { signToken } from '#shared/platform/tokens.ts'
import { type Target, UsageError } from './context.ts'

const TIMEOUT_MS = 30_000
const MAX_SHOWN = 300

const Problem = z.looseObject({
  code: z.string(),
  title: z.string().optional(),
  detail: z.string().optional(),
  requestId: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

/** A function said no. */
class CallFailed extends Error {
  override name = 'CallFailed' as const
}

const complaintOf = (functionName: string, status: number, text: string): string => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return `${functionName} answered ${status}: ${text.slice(0, MAX_SHOWN) || 'nothing more'}`
  }
  const problem = Problem.safeParse(json)
  if (!problem.success) return `${functionName} answered ${status}: ${text.slice(0, MAX_SHOWN)}`
  const { code, title, detail, requestId, errors = [] } = problem.data
  const fields = errors.map(({ path, message }) => `\n  ${path || 'the whole'}: ${message}`).join('')
  const hint =
    status === 403
      ? '\nThe client of this stack lacks a scope (see the secret api-clients; money needs admin).'
      : ''
  return `${functionName} answered ${status} ${code}: ${detail ?? title ?? ''}${fields}${hint}${requestId === undefined ? '' : `\nIn the log: ${requestId}`}`
}

const tokenFor = async ({ client }: Target, functionName: string): Promise<string> => {
  const clients = parseClients(
    JSON.stringify({ clients: [{ id: client.id, scopes: [], keys: [client.secret] }] }),
  )
  const self = clients.find(client.id)
  if (!self) throw new UsageError('The client cannot be used: see CLIENT_ID and CLIENT_SECRET.')
  return signToken(self, functionName)
}

/**
 * Calls a function through the gateway as the stack's client. The key is told when no answer came: repeating the command with it
 * (--key) is safe, whatever has happened.
 * @throws Error in words for the operator, UsageError when gateway or client are not known
 */
export const callFunction = async <T>(
  target: Target,
  call: { functionName: string; path: string; body?: unknown; key?: string | undefined },
  schema: z.ZodType<T>,
): Promise<T> => {
  if (target.gateway === '' || target.client.secret === '')
    throw new UsageError('The functions are not known: set GATEWAY_URL, CLIENT_ID and CLIENT_SECRET.')
  const { functionName, path, body, key = `admin-${randomUUID()}` } = call
  const authorization = `Bearer ${await tokenFor(target, functionName)}`
  let status: number
  let text: string
  try {
    const response = await fetch(`${target.gateway}/function/${functionName}${path}`, {
      method: 'POST',
      headers: {
        authorization,
        'idempotency-key': key,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    status = response.status
    text = await response.text()
  } catch {
    throw new CallFailed(
      `${functionName} gave no answer: is the stack running? What it did is not known; repeat the same command with --key ${key}`,
    )
  }
  if (status >= 400) throw new CallFailed(complaintOf(functionName, status, text))
  return schema.parse(JSON.parse(text))
}
