import { randomUUID } from 'node:crypto'
import { type JWTPayload, SignJWT } from 'jose'
import { expect } from 'vitest'
import { z } from 'zod'
import type { StackDescription } from '../../../local/stack-file.ts'

export type Answer = { status: number; headers: Headers; text: string; json: unknown }

export type CallOptions = {
  body?: unknown
  /** Idempotency-Key; a fresh one for everything but GET unless null. */
  key?: string | null
  as?: 'client' | 'limitedClient' | null
  headers?: Record<string, string>
}

const TOKEN_SECONDS = 300

/** A caller's token, made from stack.json alone, by the rules of the API document; `claims` replaces some. */
export const signToken = (
  { id, secret }: { id: string; secret: string },
  audience: string,
  claims: JWTPayload = {},
): Promise<string> => {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ iss: id, aud: audience, iat: now, exp: now + TOKEN_SECONDS, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.from(secret, 'utf8'))
}

const readAnswer = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  }
}

/** Calls an address as it is. */
export const request = async (url: string, init: RequestInit = {}): Promise<Answer> =>
  readAnswer(await fetch(url, { redirect: 'manual', ...init }))

/** Calls a function through the gateway, as one of the two clients of stack.json or as nobody. */
export const call = async (
  stack: StackDescription,
  functionName: string,
  method: string,
  path = '',
  options: CallOptions = {},
): Promise<Answer> => {
  const { body, key = randomUUID(), as = 'client' } = options
  const headers: Record<string, string> = {}
  if (as !== null) headers.authorization = `Bearer ${await signToken(stack[as], functionName)}`
  if (method !== 'GET' && key !== null) headers['idempotency-key'] = key
  if (body !== undefined) headers['content-type'] = 'application/json'
  return request(`${stack.gateway}/function/${functionName}${path}`, {
    method,
    headers: { ...headers, ...options.headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

const Registered = z.looseObject({ user: z.looseObject({ id: z.string() }) })

/** Makes the account of a person, with the welcome bonus of 50 coins. Gives its id. */
export const register = async (stack: StackDescription, telegramId: number): Promise<string> => {
  const answer = await call(stack, 'register', 'POST', '', { body: { telegramId, firstName: 'Test' } })
  expect(answer.status).toBe(201)
  return Registered.parse(answer.json).user.id
}

const Profile = z.looseObject({ balance: z.looseObject({ coins: z.int() }) })

/** The person's coins, as the function `profile` tells them. */
export const coinsOf = async (stack: StackDescription, telegramId: number): Promise<number> => {
  const answer = await call(stack, 'profile', 'GET', `?telegramId=${telegramId}`)
  expect(answer.status).toBe(200)
  return Profile.parse(answer.json).balance.coins
}

/** Takes coins from a person. */
export const charge = (
  stack: StackDescription,
  telegramId: number,
  coins: number,
  key: string = randomUUID(),
): Promise<Answer> =>
  call(stack, 'charge', 'POST', '', { key, body: { telegramId, coins, description: 'A test' } })

/** Proves that a failure is a problem document with the status that belongs to its code, which tells nothing of the inside. */
export const expectProblem = (answer: Answer, status: number, code: string): void => {
  expect({ status: answer.status, type: answer.headers.get('content-type'), json: answer.json }).toEqual({
    status,
    type: 'application/problem+json',
    json: expect.objectContaining({
      type: expect.any(String),
      title: expect.any(String),
      status,
      code,
      requestId: expect.any(String),
    }),
  })
  expect(answer.text).not.toMatch(/\n\s+at |\bselect\b|node_modules|\.ts\b|postgres/i)
}
