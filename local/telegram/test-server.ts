import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type SimulatorOptions, startTelegramSimulator, type TelegramSimulator } from './server.ts'

/** The bot's token in the tests. */
export const TOKEN = '4242:secret'

/** A simulator on a port of its own until the test ends. For tests only. */
export const startTestServer = async (
  options: Partial<SimulatorOptions> = {},
): Promise<TelegramSimulator> => {
  const simulator = await startTelegramSimulator({ token: TOKEN, ...options })
  onTestFinished(simulator.close)
  return simulator
}

/** A folder that is removed when the test ends. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'telegram-simulator-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
export type Reply = { status: number; body: any }

export const request = async (url: string, init: RequestInit = {}): Promise<Reply> => {
  const response = await fetch(url, init)
  const text = await response.text()
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}

/** Posts JSON. */
export const post = (url: string, body: unknown): Promise<Reply> =>
  request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** Posts a form with files. */
export const sendForm = (url: string, parts: Record<string, string | File>): Promise<Reply> => {
  const form = new FormData()
  for (const [name, value] of Object.entries(parts)) form.append(name, value)
  return request(url, { method: 'POST', body: form })
}

/** Makes a person; answers the address of their chat in the control API. */
export const newChat = async ({ apiRoot }: TelegramSimulator): Promise<string> => {
  const { body } = await post(`${apiRoot}/sim/people`, { firstName: 'Anna', languageCode: 'ru' })
  return `${apiRoot}/sim/chats/${body.person.id}`
}
