import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StackDescription } from '../../../local/stack-file.ts'
import type { Call, Caller } from './caller.ts'
import type { Chance } from './random.ts'

/** What people and programs were told, to be compared with the books at the end. */
export type Told = {
  /** Transactions that a caller was told of as taken. */
  charges: Set<string>
  holds: Set<string>
  captures: number
  refunds: number
  refundsOutside: number
  refused: number
  /** Answers that no caller should ever see. */
  strange: string[]
}

type Context = { stack: StackDescription; caller: Caller; chance: Chance; told: Told; people: number[] }

const PACKS = ['small', 'medium', 'large'] as const

/** Somebody opens the chat, and is known from then on. */
export const meet = async ({ stack, caller, people }: Context, index: number): Promise<void> => {
  const page = stack.telegram.page ?? ''
  const { body } = await caller.control(new URL('/sim/people', page).href, 'POST', {
    firstName: `Person ${index}`,
    languageCode: 'en',
  })
  const telegramId: number = body.person.id
  await caller.control(new URL(`/sim/chats/${telegramId}/messages`, page).href, 'POST', { text: '/start' })
  await caller.deliver({
    functionName: 'register',
    key: randomUUID(),
    body: { telegramId, firstName: `Person ${index}`, languageCode: 'en' },
  })
  people.push(telegramId)
}

const judge = (
  told: Told,
  call: Call,
  status: number,
  body: unknown,
  expected: readonly number[],
): boolean => {
  if (expected.includes(status)) return status < 300
  told.strange.push(
    `${call.functionName}${call.path ?? '/'}: ${status} ${JSON.stringify(body)?.slice(0, 200)}`,
  )
  return false
}

/** Delivers, and some of the time delivers again with the same key. Undefined where it was refused, or is open still. */
const deliver = async (
  { caller, chance, told }: Context,
  call: Call,
  expected: readonly number[],
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
): Promise<any> => {
  const keyed = { key: randomUUID(), ...call }
  const answer = await caller.deliver(keyed)
  if (!answer || !judge(told, call, answer.status, answer.body, expected)) {
    if (answer) told.refused += 1
    return undefined
  }
  if (chance.isLucky(0.3) && call.functionName === 'charge') {
    const again = await caller.deliver(keyed)
    if (again && again.body?.transactionId !== answer.body?.transactionId) {
      told.strange.push(`${call.path ?? '/'}: the same key was answered differently`)
    }
  }
  return answer.body
}

const buyStars = async (context: Context, telegramId: number): Promise<void> => {
  const { stack, caller, chance } = context
  const pack = chance.pick(PACKS)
  const order = await deliver(
    context,
    { functionName: 'top-up', path: '/invoices', body: { telegramId, pack, provider: 'stars' } },
    [201],
  )
  if (!order?.url) return
  const payer = chance.isLucky(0.1) ? chance.pick(context.people) : telegramId
  const times = chance.isLucky(0.1) ? 2 : 1
  for (let time = 0; time < times; time += 1) {
    await caller.control(
      new URL(`/sim/chats/${telegramId}/payments`, stack.telegram.page ?? '').href,
      'POST',
      { invoiceLink: order.url, payerId: payer },
    )
  }
}

const buyByCard = async (context: Context, telegramId: number): Promise<void> => {
  const { stack, caller, chance } = context
  const control = stack.yookassa?.control
  if (!control) return
  const order = await deliver(
    context,
    {
      functionName: 'top-up',
      path: '/invoices',
      body: { telegramId, pack: chance.pick(PACKS), provider: 'yookassa' },
    },
    [201, 502],
  )
  if (!order?.url) return
  const id = new URL(order.url).pathname.split('/').at(-1)
  await caller.control(`${control}/sim/payments/${id}/${chance.isLucky(0.9) ? 'pay' : 'cancel'}`, 'POST', {})
  if (chance.isLucky(0.3)) {
    await deliver(
      context,
      { functionName: 'top-up', path: `/orders/${order.orderId}/check`, body: { telegramId } },
      [200],
    )
  }
}

const spend = async (context: Context, telegramId: number): Promise<void> => {
  const coins = context.chance.between(1, 60)
  const body = await deliver(
    context,
    { functionName: 'charge', body: { telegramId, coins, description: 'Work' } },
    [200, 402],
  )
  if (body) context.told.charges.add(body.transactionId)
}

const hold = async (context: Context, telegramId: number): Promise<void> => {
  const { chance, told } = context
  const coins = chance.between(2, 60)
  const held = await deliver(
    context,
    {
      functionName: 'charge',
      path: '/holds',
      body: { telegramId, coins, description: 'Long work', expiresInSeconds: chance.between(1, 120) },
    },
    [201, 402],
  )
  if (!held) return
  told.holds.add(held.holdId)
  const what = chance.between(1, 4)
  if (what === 4) return
  const path = `/holds/${held.holdId}/${what === 3 ? 'release' : 'capture'}`
  // it may have run out meanwhile
  const ended = await deliver(
    context,
    { functionName: 'charge', path, body: what === 2 ? { coins: Math.ceil(coins / 2) } : {} },
    [200, 409],
  )
  if (!ended?.transactionId) return
  told.charges.add(ended.transactionId)
  told.captures += 1
}

/** The operator gives one payment back, in whole or in part. */
const refund = async (context: Context, telegramId: number): Promise<void> => {
  const { caller, chance, told } = context
  const list = await caller.deliver({
    functionName: 'top-up',
    method: 'GET',
    path: `/payments?telegramId=${telegramId}`,
  })
  const payment =
    list && chance.pick<{ paymentId: string; provider: string; amount: number }>(list.body?.items ?? [])
  if (!payment) return
  const part = payment.provider === 'yookassa' && chance.isLucky(0.5)
  const done = await deliver(
    context,
    {
      functionName: 'top-up',
      path: '/refunds',
      body: {
        paymentId: payment.paymentId,
        reason: 'asked for it',
        ...(part ? { amount: Math.ceil(payment.amount / 3) } : {}),
        ...(chance.isLucky(0.3) ? { telegramId } : {}),
      },
    },
    [200, 400, 403, 404, 409, 502],
  )
  if (done) told.refunds += 1
}

/** The provider gives money back without us. */
const refundOutside = async (context: Context): Promise<void> => {
  const { stack, caller, chance, told } = context
  const page = stack.telegram.page ?? ''
  const control = stack.yookassa?.control
  if (control && chance.isLucky(0.5)) {
    const { body } = await caller.control(`${control}/sim/book`, 'GET')
    const paid = body.payments.filter(({ status }: { status: string }) => status === 'succeeded')
    const payment = chance.pick<{ id: string }>(paid)
    if (!payment) return
    const answer = await caller.control(`${control}/sim/payments/${payment.id}/refund`, 'POST', {})
    if (answer.status === 200) told.refundsOutside += 1
    return
  }
  const { body } = await caller.control(new URL('/sim/payments', page).href, 'GET')
  const charges = body.payments.filter(({ refunded }: { refunded: boolean }) => !refunded)
  const charge = chance.pick<{ chargeId: string }>(charges)
  if (!charge) return
  const how = chance.isLucky(0.5) ? 'refund' : 'chargeback'
  const answer = await caller.control(
    new URL(`/sim/payments/${encodeURIComponent(charge.chargeId)}/${how}`, page).href,
    'POST',
    {},
  )
  if (answer.status === 200) told.refundsOutside += 1
}

/** One person or program after the other does something, until the storm is over. */
export const live = async (context: Context, isOver: () => boolean): Promise<void> => {
  const { chance, people } = context
  while (!isOver()) {
    const telegramId = chance.pick(people)
    if (telegramId === undefined) return
    const dice = chance.between(1, 100)
    if (dice <= 28) await buyStars(context, telegramId)
    else if (dice <= 44) await buyByCard(context, telegramId)
    else if (dice <= 74) await spend(context, telegramId)
    else if (dice <= 88) await hold(context, telegramId)
    else if (dice <= 96) await refund(context, telegramId)
    else await refundOutside(context)
    await sleep(chance.between(20, 120))
  }
}
