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
/** On behalf of the person of the session. */
const CALLED_BY_CABINET = ['register', 'profile', 'top-up', 'avatar-upload', 'transcript-save']
const WAKERS_OF_NOTIFY = [
  // after a run it looks again through a call to itself
  'notify',
  'register',
  'profile',
  'top-up',
  'charge',
  'avatar-upload',
  'transcript-save',
  'payment-webhook',
  'reconcile',
  'backup',
  'restore-check',
]

/** What some of them call beside it. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  // it works on recordings as notify on messages: woken by itself
  'transcript-save': ['transcript-save:write'],
  // it works on exports and erasures likewise, and tells the backups of the latter
  profile: ['profile:write', 'backup:write'],
}

type ClientRule = { id: string; scopes: string[]; internal: boolean }

/** Who may call what on the local stack. `internal` ones are our own parts: no rate limit holds them. */
const CLIENT_RULES: ClientRule[] = [
  { id: 'client', scopes: [...readWrite(FUNCTION_NAMES), 'admin'], internal: false },
  { id: 'limited-client', scopes: ['profile:read'], internal: false },
  {
    id: 'cron',
    scopes: [
      'notify:write',
      'profile:write',
      'transcript-save:write',
      'reconcile:write',
      'backup:write',
      'restore-check:write',
    ],
    internal: true,
  },
  {
    id: 'dispatcher',
    // an operator may start these in the chat
    scopes: [...readWrite(CALLED_BY_DISPATCHER), 'reconcile:write', 'backup:write', 'restore-check:write'],
    internal: true,
  },
  { id: 'cabinet', scopes: readWrite(CALLED_BY_CABINET), internal: true },
  ...WAKERS_OF_NOTIFY.map((id) => ({
    id,
    scopes: ['notify:write', ...(ALSO[id] ?? [])],
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
