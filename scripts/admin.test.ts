import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { rememberTariff } from '#shared/db/tariff-versions.ts'
import { handler as dispatcher } from '../functions/dispatcher/handler.ts'
import { handler as profile } from '../functions/profile/handler.ts'
import { handler as reconcile } from '../functions/reconcile/handler.ts'
import { handler as register } from '../functions/register/handler.ts'
import { handler as topUp } from '../functions/top-up/handler.ts'
import { addPerson } from '../local/telegram/people.ts'
import { messageFrom, postUpdate, updateOf } from '../test/support/chat.ts'
import { type House, openHouse } from '../test/support/house.ts'
import { addLine, clearBook, partnerOf, payUnheard } from '../test/support/stars-book.ts'

const ADMIN = fileURLToPath(new URL('./admin.ts', import.meta.url))

// each command is a process of its own: on a busy machine a test of seven of them takes a while
vi.setConfig({ testTimeout: 90_000 })

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [dispatcher, register, profile, topUp, reconcile] })
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
      GATEWAY_URL: house.gateway,
      CLIENT_ID: 'client',
      CLIENT_SECRET: house.clients.find('client')?.keys[0]?.export().toString('utf8') ?? '',
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
  expect((await admin(['updates', 'list', '--state', 'failed'])).out).toBe('0 update(s) without effect\n')
  expect((await admin(['updates', 'list', '--state', 'dead', '--older-than', '5'])).out).toMatch(/^0 update/)
  expect((await admin(['updates', 'list', '--kind', 'malformed'])).out).toContain('1 update')
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

test('gives and takes coins, blocks and unblocks, each with a reason', async () => {
  const { id, telegramId } = await house.person()
  const who = String(telegramId)
  const given = await admin(['person', 'credit', who, '--coins', '25', '--reason', 'good will'])
  expect(given.out).toMatch(/^25 coins given: transaction [\da-f-]{36}, balance 75, debt 0\n$/)
  const taken = await admin(['person', 'debit', who, '--coins', '80', '--reason', 'a slip'])
  expect(taken).toMatchObject({ code: 1, err: expect.stringContaining('402 insufficient_funds') })
  expect((await admin(['person', 'debit', who, '--coins', '75', '--reason', 'a slip'])).code).toBe(0)
  expect((await admin(['person', 'block', who, '--reason', 'spam'])).out).toBe(`${who} is blocked\n`)
  expect((await admin(['person', who])).out).toMatch(/BLOCKED by an operator since .*: spam/)
  expect((await admin(['person', 'block', who, '--reason', 'spam'])).err).toContain('409 conflict')
  expect((await admin(['person', 'unblock', who, '--reason', 'sorry'])).code).toBe(0)
  const log = await house.ownerSql`
    select actor, action from audit_log where subject = ${`user:${id}`} and actor = 'client' order by id`
  expect(log.map(({ action }) => action)).toEqual([
    'coins-adjusted',
    'coins-adjusted',
    'account-blocked',
    'account-unblocked',
  ])
  for (const args of [
    ['credit', who, '--coins', '5'],
    ['credit', who, '--coins', '-5', '--reason', 'x'],
    ['credit', who, '--coins', '0', '--reason', 'x'],
    ['credit', who, '--reason', 'x'],
    ['credit', 'anna', '--coins', '5', '--reason', 'x'],
    ['block', who],
    ['block', who, 'now', '--reason', 'x'],
  ])
    expect(await admin(['person', ...args]), args.join(' ')).toMatchObject({ code: 1, out: '' })
})

test('discards a dead letter with a reason, once', async () => {
  const update = updateOf({ message: { message_id: 'eight' } })
  expect((await postUpdate(house, update)).status).toBe(200)
  const id = String(update.update_id)
  expect((await admin(['updates', 'discard', id])).err).toContain('--reason')
  const discarded = await admin(['updates', 'discard', id, '--reason', 'of a robot'])
  expect(discarded.out).toBe(`update ${id} is discarded\n`)
  const again = await admin(['updates', 'discard', id, '--reason', 'of a robot'])
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('no dead letter') })
  const [log] = await house.ownerSql`
    select action, details from audit_log where subject = ${`update:${id}`} order by id desc limit 1`
  expect(log).toEqual({ action: 'update-discarded', details: { reason: 'of a robot' } })
})

describe('payments', () => {
  const coinsOf = async (userId: string) => {
    const [row] = await house.ownerSql<{ coins: number }[]>`
      select coins from user_balances where user_id = ${userId}`
    return row?.coins
  }
  const paymentOf = async (chargeId: string): Promise<string> => {
    const [row] = await house.ownerSql<
      { id: string }[]
    >`select id from payments where charge_id = ${chargeId}`
    return row?.id ?? ''
  }

  test('a payment in suspense is found, shown and resolved once', async () => {
    const { id, telegramId } = await house.person()
    const chargeId = addLine(house, { source: partnerOf(telegramId, 'gibberish') })
    expect(await admin(['reconcile'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^payments: 1 line\(s\) looked at, 0 credited, 0 reversed, 0 unmatched\nledger: \d+ wallet/,
      ),
    })
    const paymentId = await paymentOf(chargeId)
    const list = await admin(['payments', 'list', '--suspense'])
    expect(list.out).toContain(`${paymentId}  `)
    expect(list.out).toContain('50 XTR')
    expect(list.out).toContain('1 payment(s)')
    expect((await admin(['payments', 'list', '--telegram-id', '1'])).out).toBe('0 payment(s)\n')
    const shown = await admin(['payments', 'show', paymentId])
    expect(shown.out).toContain('payment-suspense')
    expect(shown.out).toContain(chargeId)

    const resolve = ['payments', 'resolve', paymentId, '--coins', '77']
    expect(await admin(resolve)).toMatchObject({ code: 1, err: expect.stringContaining('--reason') })
    expect(await admin([...resolve, '--reason', 'the small pack, he says'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('77 coins credited'),
    })
    expect(await coinsOf(id)).toBe(127)
    expect(await admin([...resolve, '--reason', 'again'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('409 conflict'),
    })
    expect(await coinsOf(id)).toBe(127)
  })

  test('a refund takes the coins back; repeated under its key it is the same one', async () => {
    const person = await payUnheard(house)
    await admin(['reconcile'])
    expect(await coinsOf(person.id)).toBe(150)
    const paymentId = await paymentOf(person.chargeId)
    house.sim.state.charges.set(person.chargeId, {
      chargeId: person.chargeId,
      personId: person.telegramId,
      amount: 50,
      currency: 'XTR',
      payload: person.payload,
      refunded: false,
      paidAt: 1,
    })
    addPerson(house.sim.state, { id: person.telegramId, firstName: 'Ann' })
    const command = ['payments', 'refund', paymentId, '--reason', 'asked for it', '--key', 'refund-once']
    expect(await admin([...command, '--amount', '1.5'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('must be a sum in XTR'),
    })
    const first = await admin(command)
    expect(first).toMatchObject({
      code: 0,
      out: expect.stringContaining('50 XTR, 100 coins taken back, done'),
    })
    expect(await admin(command)).toMatchObject({ code: 0, out: first.out })
    expect(await coinsOf(person.id)).toBe(50)
  })

  test('reconcile prints what somebody must look at, and status the last runs', async () => {
    // the refund of the test before is too young, and would keep what comes after it waiting
    clearBook(house)
    const { telegramId } = await house.person()
    const chargeId = addLine(house, { receiver: partnerOf(telegramId) })
    expect(await admin(['reconcile'])).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        new RegExp(`1 unmatched[\\s\\S]*stars out  50 XTR  payment_unknown  charge ${chargeId}`),
      ),
    })
    expect(await admin(['reconcile', 'status'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(new RegExp(`books   by client  credited 0[\\s\\S]*charge ${chargeId}`)),
    })
    clearBook(house)
    await house.ownerSql`delete from provider_entries where charge_id = ${chargeId}`
  })

  test('a client that lacks the scope is told so', async () => {
    const as = {
      CLIENT_ID: 'other-client',
      CLIENT_SECRET: house.clients.find('other-client')?.keys[0]?.export().toString('utf8') ?? '',
    }
    const id = '0199aaaa-0000-7000-8000-000000000000'
    expect(await admin(['payments', 'resolve', id, '--coins', '1', '--reason', 'x'], as)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/403 forbidden[\s\S]*lacks a scope/),
    })
    expect(await admin(['reconcile'], { GATEWAY_URL: 'http://127.0.0.1:1' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('repeat the same command with --key'),
    })
  })
})

describe('accounting', () => {
  const rowsOf = (csv: string): Record<string, string>[] => {
    const [header = [], ...lines] = csv
      .split('\r\n')
      .filter((line) => line !== '')
      .map((line) => line.split(','))
    return lines.map((line) => Object.fromEntries(header.map((name, index) => [name, line[index] ?? ''])))
  }

  test('its sums are those of the ledger', async () => {
    const month = new Date().toISOString().slice(0, 7)
    const { code, out } = await admin(['accounting', '--from', '2026-01', '--to', month])
    expect(code).toBe(0)
    const rows = rowsOf(out)
    const coins = rows.filter(({ line }) => line === 'coins')
    const now = coins.at(-1) ?? {}
    expect(now.month).toBe(month)
    const [ledger] = await house.ownerSql<Record<string, number>[]>`
      select (select sum(coins)::bigint from user_balances) as outstanding, (select sum(debt)::bigint from user_balances) as debt,
        (select sum(amount)::bigint from transactions where type = 'top_up') as sold,
        (select sum(amount)::bigint from transactions where type = 'bonus') as bonus,
        (select coalesce(-sum(amount), 0)::bigint from transactions where type = 'reversal') as taken_back,
        (select sum(amount)::bigint from payments) as gross,
        (select coalesce(sum(amount), 0)::bigint from refunds where state = 'done') as refunded`
    expect(now.coins_outstanding).toBe(String(ledger?.outstanding))
    expect(now.coins_debt).toBe(String(ledger?.debt))
    expect(now.coins_sold).toBe(String(ledger?.sold))
    expect(now.coins_bonus).toBe(String(ledger?.bonus))
    expect(now.coins_taken_back).toBe(String(ledger?.taken_back))
    // what was there, what came and what went make what is there
    const sum = (name: string): number => coins.reduce((total, row) => total + Number(row[name]), 0)
    const came = sum('coins_sold') + sum('coins_bonus') + sum('coins_returned') + sum('coins_adjusted')
    const went = sum('coins_spent') + sum('coins_taken_back') + sum('coins_debt_paid')
    expect(came - went).toBe(Number(now.coins_outstanding))
    const money = rows.filter(({ line }) => line === 'money')
    expect(money).toHaveLength(1)
    expect(money[0]).toMatchObject({
      provider: 'stars',
      currency: 'XTR',
      revenue_gross: String(ledger?.gross),
    })
    expect(money[0]?.refunded).toBe(String(ledger?.refunded))
    expect(money[0]?.revenue_net).toBe(String((ledger?.gross ?? 0) - (ledger?.refunded ?? 0)))
  })

  test.each([
    [['--from', '2026-13', '--to', '2026-12']],
    [['--from', '2026-02', '--to', '2026-01']],
    [['--from', '2026-02']],
    [['--from', '2026-01', '--to', '2026-02', '--format', 'xlsx']],
  ])('refuses %j', async (args) => {
    expect(await admin(['accounting', ...args])).toMatchObject({ code: 1, out: '' })
  })
})

test('shows the price lists that were ever in force', async () => {
  const { tariff } = house.resourcesOf('top-up')
  await rememberTariff(house.appSql, tariff)
  await rememberTariff(house.appSql, { ...tariff, version: 'later', welcomeBonus: 1 })
  const list = await admin(['tariff', 'versions'])
  expect(list.out).toContain('later  since ')
  expect(list.out).toContain(`${tariff.version}  since `)
  const shown = await admin(['tariff', 'versions', 'show', 'later'])
  expect(JSON.parse(shown.out)).toMatchObject({ version: 'later', content: { welcomeBonus: 1 } })
  expect(await admin(['tariff', 'versions', 'show', 'never'])).toMatchObject({ code: 1 })
})

test.each([
  ['an unknown command', ['nonsense'], 'no command nonsense'],
  ['no id', ['updates', 'show'], 'must be a whole number'],
  ['an id that is none', ['updates', 'show', 'x7'], 'must be a whole number'],
  ['an update that is not there', ['updates', 'show', '1'], 'holds no update 1'],
  ['an unknown flag', ['updates', 'list', '--sate', 'dead'], "Unknown option '--sate'"],
  ['a state that is none', ['updates', 'list', '--state', 'lost'], '--state must be one of'],
  ['a payment id that is none', ['payments', 'show', '7'], 'payment id must be'],
  ['no such payment', ['payments', 'show', '0199aaaa-0000-7000-8000-000000000000'], 'no such payment'],
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
