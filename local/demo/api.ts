import { strict as assert } from 'node:assert'
import { parseClients } from '#shared/platform/clients.ts'
import { signToken } from '#shared/platform/tokens.ts'
import type { StackDescription } from '../stack-file.ts'

/** Calls functions of the running stack as the client that has every scope; anything but 2xx fails the demo. */
export const openApi = (stack: StackDescription) => {
  const { id, secret } = stack.client
  const client = parseClients(JSON.stringify({ clients: [{ id, scopes: ['admin'], keys: [secret] }] })).find(
    id,
  )
  assert(client)
  const get = async (functionName: string, path: string): Promise<Response> => {
    const response = await fetch(`${stack.gateway}/function/${functionName}${path}`, {
      headers: { authorization: `Bearer ${await signToken(client, functionName)}` },
      signal: AbortSignal.timeout(10_000),
    })
    assert(response.ok, `${functionName}${path} answered ${response.status}`)
    return response
  }
  return {
    json: async <T>(functionName: string, path: string): Promise<T> =>
      (await get(functionName, path)).json() as Promise<T>,
    text: async (functionName: string, path: string): Promise<string> =>
      (await get(functionName, path)).text(),
  }
}
