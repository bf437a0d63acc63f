import { type Client, parseClients } from '#shared/platform/clients.ts'
import type { StackDescription } from './stack-file.ts'

/** The stack's own client, ready to sign tokens. @throws Error where stack.json names none */
export const clientOf = ({ client: { id, secret } }: StackDescription): Client => {
  const clients = parseClients(JSON.stringify({ clients: [{ id, scopes: ['admin'], keys: [secret] }] }))
  const client = clients.find(id)
  if (!client) throw new Error('stack.json names no client.')
  return client
}
