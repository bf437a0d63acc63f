import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseClients } from '#shared/platform/clients.ts'
import { createTokenVerifier } from '#shared/platform/tokens.ts'

const SCRIPT = fileURLToPath(new URL('./token.ts', import.meta.url))
const KEY = 'the-key-of-the-client-0123456789abcdef'
const CLIENTS = JSON.stringify({
  clients: [
    { id: 'client', scopes: [], keys: [KEY] },
    { id: 'studio', scopes: [], keys: [`${KEY}-2`] },
  ],
})

let home: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'kopeika-token-'))
  mkdirSync(join(home, 'secrets'))
  writeFileSync(join(home, 'secrets', 'api-clients'), CLIENTS)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const run = (args: string[], env: Record<string, string> = { KOPEIKA_HOME: home }) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [SCRIPT, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })

const holderOf = async (token: string, functionName: string): Promise<string> =>
  (await createTokenVerifier(parseClients(CLIENTS), functionName)(`Bearer ${token.trim()}`)).id

test('prints a token that the function takes, of the client that was named', async () => {
  const [ours, theirs] = await Promise.all([
    run(['profile']),
    run(['charge', '--client', 'studio', '--seconds', '10'], { SECRETS_DIR: join(home, 'secrets') }),
  ])
  expect(ours).toMatchObject({ code: 0, stderr: '' })
  expect(await holderOf(ours.stdout, 'profile')).toBe('client')
  await expect(holderOf(ours.stdout, 'charge')).rejects.toMatchObject({ code: 'unauthenticated' })
  expect(await holderOf(theirs.stdout, 'charge')).toBe('studio')
})

test.each([
  [[], 'Name one function'],
  [['profile', 'charge'], 'Name one function'],
  [['nope'], 'There is no function nope; there are: dispatcher, '],
  [['profile', '--client', 'nobody'], 'There is no client nobody; known are: client, studio.'],
  [['profile', '--seconds', '301'], '--seconds must be a whole number from 1 to 300.'],
  [['profile', '--seconds', 'x'], '--seconds'],
  [['profile', '--unknown'], '--unknown'],
])('%j is refused in words, with 1 and no token', async (args, words) => {
  const { code, stdout, stderr } = await run(args)
  expect(code).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toContain(words)
  expect(stderr).not.toMatch(/\n\s+at /)
})

test('without secrets it says what to do; --help shows how', async () => {
  const [lost, help] = await Promise.all([
    run(['profile'], { KOPEIKA_HOME: join(home, 'nowhere') }),
    run(['--help']),
  ])
  expect(lost).toMatchObject({ code: 1, stdout: '' })
  expect(lost.stderr).toContain('npm start')
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toContain('npm run token --')
})

test.each(['openapi.ts', 'dump-schema.ts'])(
  '%s refuses a word that it does not know, and writes nothing',
  async (script) => {
    const file = fileURLToPath(new URL(`./${script}`, import.meta.url))
    const { code, stderr } = await new Promise<{ code: number; stderr: string }>((resolve) => {
      execFile(process.execPath, [file, '--zork'], { env: {} }, (error, _stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stderr }),
      )
    })
    expect(code).toBe(1)
    expect(stderr).toContain('--zork')
    expect(stderr).toContain('--check')
    expect(stderr).not.toMatch(/\n\s+at /)
  },
)
