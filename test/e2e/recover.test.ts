import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { call, register } from './support/caller.ts'
import {
  cleanUp,
  launchStart,
  makeHome,
  pressCtrlC,
  type RunningStack,
  startStack,
  untilReady,
} from './support/starter.ts'

afterAll(cleanUp, 60_000)

const balanceOf = async (running: RunningStack, telegramId: number): Promise<unknown> =>
  (await call(running.stack, 'profile', 'GET', `/?telegramId=${telegramId}`)).json

it('backs up by itself, proves it, and RECOVER=auto brings an empty and a broken database back', async () => {
  const home = makeHome()
  const first = await startStack(home)
  const telegramId = 4_242_424
  await register(first.stack, telegramId)
  // sealed by the function itself: the check must open what it makes, not what a test makes
  const text = { telegramId, text: 'A text that outlives its database.', format: 'text' }
  expect((await call(first.stack, 'transcript-save', 'POST', '', { body: text })).status).toBe(201)
  const before = await balanceOf(first, telegramId)
  const backup = await call(first.stack, 'backup', 'POST', '/', { key: null })
  expect(backup).toMatchObject({ status: 200, json: { rows: expect.any(Number) } })
  const check = await call(first.stack, 'restore-check', 'POST', '/', { key: null })
  expect(check).toMatchObject({ status: 200, json: { ok: true, drift: 0 } })
  await pressCtrlC(first)

  rmSync(join(home, 'postgres'), { recursive: true })
  const second = await untilReady(launchStart(home, { RECOVER: 'auto' }))
  expect(second.said.some((line) => /^recovered .*0 differences/.test(line))).toBe(true)
  expect(await balanceOf(second, telegramId)).toEqual(before)
  await pressCtrlC(second)

  // without the word a broken folder stops the start, and is left as it is
  writeFileSync(join(home, 'postgres/global/pg_control'), 'nonsense')
  const refused = launchStart(home)
  expect(await refused.ended).toBe(1)
  const third = await untilReady(launchStart(home, { RECOVER: 'auto' }))
  expect(third.said.some((line) => /^RECOVER=auto: the data folder cannot be used/.test(line))).toBe(true)
  expect(await balanceOf(third, telegramId)).toEqual(before)
  expect(readdirSync(home).filter((name) => name.startsWith('postgres.broken-'))).toHaveLength(1)
  await pressCtrlC(third)
}, 180_000)
