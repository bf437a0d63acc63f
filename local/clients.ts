import { z } from 'zod'
import { parseClients } from '#shared/platform/clients.ts'
import { randomText } from './secret-files.ts'

/** All functions of the product: a client with every scope has theirs from the first day. */
const FUNCTION_NAMES = [
  'dispatcher',
  'register',
  'profile',
  'top-up',
  'charge',
  'avatar-upload',
  'transcript-save',
  'notify',
  'payment-webhook',
  'cabinet',
  'reconcile',
  'backup',
  'restore-check',
] as const

const readWrite = (names: readonly string[]): string[] =>
  names.flatMap((name) => [`${name}:read`, `${name}:write`])

const CALLED_BY_DISPATCHER = [
  'register',
  'profile',
  'top-up',
  'charge',
  'avatar-upload',
  'transcript-save',
  'notify',
]
const WAKERS_OF_NOTIFY = [
  // after a run it looks again through a call to itself
  'notify',
  'register',
  'profile',
  'top-up',
  'charge',
  'avatar-upload',
  'transcript-save',
  'cabinet',
  'payment-webhook',
  'reconcile',
  'backup',
  'restore-check',
]

type ClientRule = { id: string; scopes: string[]; internal: boolean }

/** Who may call what on the local stack. `internal` ones are our own parts: no rate limit holds them. */
const CLIENT_RULES: ClientRule[] = [
  { id: 'client', scopes: [...readWrite(FUNCTION_NAMES), 'admin'], internal: false },
  { id: 'limited-client', scopes: ['profile:read'], internal: false },
  {
    id: 'cron',
    scopes: [
      'notify:write',
      'transcript-save:write',
      'reconcile:write',
      'backup:write',
      'restore-check:write',
    ],
    internal: true,
  },
  { id: 'dispatcher', scopes: readWrite(CALLED_BY_DISPATCHER), internal: true },
  ...WAKERS_OF_NOTIFY.map((id) => ({
    id,
    // it works on recordings as notify on messages: woken by itself
    scopes: id === 'transcript-save' ? ['notify:write', 'transcript-save:write'] : ['notify:write'],
    internal: true,
  })),
]

const ClientsDocument = z.object({
  clients: z.array(z.looseObject({ id: z.string(), scopes: z.array(z.string()), keys: z.array(z.string()) })),
})

/**
 * The text of the secret `api-clients`: the one kept (undefined on the first start) with the clients and scopes that are missing,
 * as an older version of the home lacks them. Keys and clients that are there stay as they are.
 * @throws Error when the kept text is damaged
 */
export const completeClients = (kept: string | undefined): string => {
  if (kept !== undefined) parseClients(kept)
  const { clients } = kept === undefined ? { clients: [] } : ClientsDocument.parse(JSON.parse(kept))
  for (const { id, scopes, internal } of CLIENT_RULES) {
    const known = clients.find((client) => client.id === id)
    if (known) known.scopes = [...new Set([...known.scopes, ...scopes])]
    else clients.push({ id, scopes, keys: [randomText()], ...(internal ? { internal } : {}) })
  }
  return JSON.stringify({ clients }, undefined, 2)
}

/** The first key of a client, which signs. */
export const keyOfClient = (text: string, id: string): string => {
  const client = ClientsDocument.parse(JSON.parse(text)).clients.find((one) => one.id === id)
  const key = client?.keys[0]
  if (key === undefined) throw new Error(`The client ${id} has no key.`)
  return key
}
