import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { handler as dispatcher } from '../functions/dispatcher/handler.ts'
import { handler as profile } from '../functions/profile/handler.ts'
import { handler as register } from '../functions/register/handler.ts'
import { messageFrom, postUpdate, updateOf } from '../test/support/chat.ts'
import { type House, openHouse } from '../test/support/house.ts'

const ADMIN = fileURLToPath(new URL('./admin.ts', import.meta.url))

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [dispatcher, register, profile] })
})
afterAll(() => house?.close())

type Run = { code: number; out: string; err: string }

const admin = (args: string[], env: Record<string, string> = {}): Promise<Run> =>
  new Promise((resolve) => {
    const target = {
      DATABASE_URL: house.databaseUrl,
      WEBHOOK_URL: house.webhook.url,
      TELEGRAM_WEBHOOK_SECRET: house.webhook.secret,
      KOPEIKA_HOME: '/nonexistent',
    }
    execFile(process.execPath, [ADMIN, ...args], { env: { ...target, ...env } }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })

test('shows dead letters, and replays one', async () => {
  const { telegramId } = await house.person()
  const update = updateOf({ message: { message_id: 'seven', from: { id: telegramId } } })
  expect((await postUpdate(house, update)).status).toBe(200)
  const id = String(update.update_id)

  const list = await admin(['updates', 'list'])
  expect([list.code, list.out]).toEqual([
    0,
    expect.stringMatching(new RegExp(`^${id}  dead .*\\n1 update`, 's')),
  ])
  const show = await admin(['updates', 'show', id])
  expect(JSON.parse(show.out)).toMatchObject({ state: 'dead', body: update })

  // still malformed: it is a dead letter again, and the exit code says so
  expect(await admin(['updates', 'replay', id])).toMatchObject({
    code: 1,
    out: expect.stringContaining('now dead'),
  })

  const good = messageFrom(telegramId, { text: '/balance' })
  await house.ownerSql`
    update telegram_updates set body = ${house.ownerSql.json({ ...good, update_id: update.update_id } as never)}
    where update_id = ${id}`
  expect(await admin(['updates', 'replay', id])).toMatchObject({
    code: 0,
    out: expect.stringContaining('now done'),
  })
  expect(await admin(['updates', 'replay', id])).toMatchObject({
    code: 1,
    err: expect.stringContaining('no dead letter'),
  })
  const audited =
    await house.ownerSql`select 1 from audit_log where action = 'updates replay' and subject = ${id}`
  expect(audited).toHaveLength(2)
})

test('shows a person, and proves the ledger', async () => {
  const { id, telegramId } = await house.person()
  const person = await admin(['person', String(telegramId)])
  expect(person.out).toContain('coins 50, held 0, debt 0')
  expect(person.out).toContain('Welcome bonus')
  expect(await admin(['ledger'])).toMatchObject({ code: 0, out: expect.stringContaining('0 with a drift') })

  await house.ownerSql`update user_balances set coins = coins + 1 where user_id = ${id}`
  expect(await admin(['ledger'])).toMatchObject({
    code: 1,
    out: expect.stringContaining(`${id}: coins 51, sum 50`),
  })
  await house.ownerSql`update user_balances set coins = coins - 1 where user_id = ${id}`
})

test.each([
  ['an unknown command', ['nonsense'], 'no command nonsense'],
  ['no id', ['updates', 'show'], 'must be a whole number'],
  ['an id that is none', ['updates', 'show', 'x7'], 'must be a whole number'],
  ['an update that is not there', ['updates', 'show', '1'], 'holds no update 1'],
  ['a person who is not there', ['person', '999999999999'], 'No such person'],
])('says what is wrong: %s', async (_, args, words) => {
  const { code, err } = await admin(args)
  expect([code, err]).toEqual([1, expect.stringContaining(words)])
  expect(err).not.toMatch(/ at .*\.ts:\d+/)
})

test('helps, and says where a stack would be found', async () => {
  expect(await admin(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('updates replay') })
  expect(await admin(['ledger'], { DATABASE_URL: '' })).toMatchObject({
    code: 1,
    err: expect.stringContaining('run npm start'),
  })
})
