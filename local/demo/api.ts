import { strict as assert } from 'node:assert'
import { randomUUID } from 'node:crypto'
import { signToken } from '#shared/platform/tokens.ts'
import { clientOf } from '../stack-client.ts'
import type { StackDescription } from '../stack-file.ts'

export type Api = {
  json: <T>(functionName: string, path: string) => Promise<T>
  text: (functionName: string, path: string) => Promise<string>
  /** Changes something, under a key of its own. */
  post: <T>(functionName: string, path: string, body: unknown) => Promise<T>
}

/** Calls functions of the running stack as the client that has every scope; anything but 2xx fails the demo. */
export const openApi = (stack: StackDescription): Api => {
  const client = clientOf(stack)
  const call = async (functionName: string, path: string, body?: unknown): Promise<Response> => {
    const headers = { authorization: `Bearer ${await signToken(client, functionName)}` }
    const change = {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify(body),
    }
    const response = await fetch(`${stack.gateway}/function/${functionName}${path}`, {
      ...(body === undefined ? { headers } : change),
      signal: AbortSignal.timeout(10_000),
    })
    assert(response.ok, `${functionName}${path} answered ${response.status}`)
    return response
  }
  return {
    json: async <T>(functionName: string, path: string) =>
      (await call(functionName, path)).json() as Promise<T>,
    text: async (functionName, path) => (await call(functionName, path)).text(),
    post: async <T>(functionName: string, path: string, body: unknown) =>
      (await call(functionName, path, body)).json() as Promise<T>,
  }
}
