import { createSecretKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'

/** One program that may call the functions. `internal` callers (our own functions) are not rate limited. */
export type Client = {
  id: string
  scopes: ReadonlySet<string>
  /** All valid at once, so that a key can be rotated; the first one signs. */
  keys: readonly KeyObject[]
  internal: boolean
}

export type Clients = {
  find: (id: string) => Client | undefined
  ids: () => string[]
}

const ClientsFile = z.strictObject({
  clients: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'client id: 1-63 of a-z 0-9 -'),
        scopes: z.array(
          z
            .string()
            .regex(/^([a-z-]+:(read|write)|admin)$/, 'scope: <function>:read, <function>:write or admin'),
        ),
        keys: z.array(z.string().min(32, 'a key must be at least 32 characters (RFC 7518, 3.2)')).min(1),
        internal: z.boolean().optional(),
      }),
    )
    .min(1),
})

/**
 * Reads the secret `api-clients`: `{"clients":[{"id","scopes":[...],"keys":["..."],"internal"?}]}`. A key signs as its UTF-8 bytes.
 * @throws Error saying what is wrong, without showing a key
 */
export const parseClients = (text: string): Clients => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Error('is not JSON')
  }
  const result = ClientsFile.safeParse(json)
  if (!result.success) {
    throw new Error(
      result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    )
  }
  const byId = new Map<string, Client>()
  for (const { id, scopes, keys, internal } of result.data.clients) {
    if (byId.has(id)) throw new Error(`the client ${id} stands twice`)
    byId.set(id, {
      id,
      scopes: new Set(scopes),
      keys: keys.map((key) => createSecretKey(Buffer.from(key, 'utf8'))),
      internal: internal ?? false,
    })
  }
  return { find: (id) => byId.get(id), ids: () => [...byId.keys()] }
}

/** `admin` opens everything; otherwise the very scope is needed. */
export const hasScope = (client: Client, scope: string): boolean =>
  client.scopes.has('admin') || client.scopes.has(scope)
