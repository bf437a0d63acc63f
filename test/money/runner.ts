import { randomInt, randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { expireHolds } from '#shared/db/expired-holds.ts'
import { nowSeconds } from '../../local/telegram/clock.ts'
import { chargeBack, refundCharge } from '../../local/telegram/payments.ts'
import { addPerson } from '../../local/telegram/people.ts'
import { takeNumber } from '../../local/telegram/state.ts'
import type { Command } from './commands.ts'
import { ReferenceLedger } from './reference-ledger.ts'
import type { Lane, LaneCall, LaneReply } from './support/lane.ts'

const BONUS = 50
const PACKS = [
  { id: 'small', coins: 100, XTR: 50, RUB: 9_900 },
  { id: 'medium', coins: 500, XTR: 225, RUB: 44_900 },
  { id: 'large', coins: 1_500, XTR: 600, RUB: 119_000 },
] as const
const TRIES = 40

type Order = { owner: string; coins: number; amount: number; currency: string; payload: string }
type Charge = {
  id: string
  payer: string
  amount: number
  currency: string
  coins: number
  payload: string
  key: string
  paymentId?: string
  isGivenBack: boolean
  isChargedBack?: boolean
}
type KnownCall = { call: LaneCall; answer?: unknown }

/** Plays a sequence against the product and against the reference, side by side, with two people of its own. */
export class Runner {
  readonly #lane: Lane
  readonly #people: readonly string[]
  readonly #ledger = new ReferenceLedger()
  readonly #orders: Order[] = []
  readonly #charges: Charge[] = []
  readonly #holds: string[] = []
  readonly #lastCharge = new Map<string, KnownCall>()
  /** Calls that were broken off on their way. */
  crashes = 0

  constructor(lane: Lane) {
    this.#lane = lane
    this.#people = [0, 1].map(() => {
      const person = addPerson(lane.sim.state, {
        firstName: 'Ann',
        languageCode: 'en',
        id: randomInt(2 ** 40, 2 ** 41),
      })
      return String(person.id)
    })
  }

  /** Delivers until it is taken, as everybody does who calls us; the first time, the line may break. */
  async #deliver(call: LaneCall, crash: Command['crash']): Promise<LaneReply> {
    const keyed = { ...call, key: call.key ?? randomUUID() }
    if (crash) {
      const { reply, wasCut } = await this.#lane.callCut(keyed, crash)
      if (wasCut) this.crashes += 1
      // a lost line is told as 503; everything else is an answer
      if (reply.status !== 503) return reply
      expect(wasCut, `503 without a cut: ${JSON.stringify(reply.body)}`).toBe(true)
      await this.#lane.expireLeases()
    }
    for (let tried = 1; ; tried += 1) {
      const reply = await this.#lane.call(keyed)
      const isBusy = reply.status === 503 || (reply.status === 409 && reply.body?.code === 'in_progress')
      if (!isBusy || tried === TRIES) return reply
      await new Promise((resolve) => setTimeout(resolve, 5 * tried))
    }
  }

  #person(index: number): { owner: string; telegramId: number; isKnown: boolean } {
    const owner = this.#people[index % this.#people.length] ?? ''
    return { owner, telegramId: Number(owner), isKnown: this.#ledger.wallets.has(owner) }
  }

  #pick<T>(list: readonly T[], index: number): T | undefined {
    return list.length === 0 ? undefined : list[index % list.length]
  }

  async run(command: Command): Promise<void> {
    switch (command.do) {
      case 'register':
        return this.#register(command)
      case 'invoice':
        return this.#invoice(command)
      case 'pay':
        return this.#pay(command)
      case 'deliver': {
        const charge = this.#pick(this.#charges, command.charge)
        return (
          charge && this.#deliverPayment(charge, command.again ? charge.key : randomUUID(), command.crash)
        )
      }
      case 'charge':
        return this.#charge(command)
      case 'burst':
        return this.#burst(command)
      case 'hold':
        return this.#hold(command)
      case 'capture':
        return this.#capture(command)
      case 'release':
        return this.#release(command)
      case 'expire':
        return this.#expire(command)
      case 'refund':
        return this.#refund(command)
      case 'refund-outside':
        return this.#refundOutside(command)
      case 'deliver-refund': {
        const charge = this.#pick(this.#charges, command.charge)
        return charge?.isGivenBack && !charge.isChargedBack
          ? this.#deliverRefund(charge, command.crash)
          : undefined
      }
      case 'reconcile':
        return this.#reconcile(command.crash)
    }
  }

  async #register({ who, crash }: Command & { do: 'register' }): Promise<void> {
    const { owner, telegramId, isKnown } = this.#person(who)
    const reply = await this.#deliver(
      { functionName: 'register', body: { telegramId, firstName: 'Ann', languageCode: 'en' } },
      crash,
    )
    expect(reply.status).toBe(isKnown ? 200 : 201)
    this.#ledger.register(owner, BONUS)
  }

  async #invoice({ who, pack: packIndex, provider, crash }: Command & { do: 'invoice' }): Promise<void> {
    const { owner, telegramId, isKnown } = this.#person(who)
    const pack = PACKS[packIndex] ?? PACKS[0]
    const isStars = provider === 0
    const reply = await this.#deliver(
      {
        functionName: 'top-up',
        path: '/invoices',
        body: { telegramId, pack: pack.id, provider: isStars ? 'stars' : 'telegram', link: false },
      },
      crash,
    )
    if (!isKnown) return void expect(reply.status).toBe(404)
    expect(reply.status, JSON.stringify(reply.body)).toBe(201)
    const { payload } = reply.body.invoice
    this.#orders.push({
      owner,
      coins: pack.coins,
      amount: isStars ? pack.XTR : pack.RUB,
      currency: isStars ? 'XTR' : 'RUB',
      payload,
    })
  }

  async #pay({ order: index, payer, change }: Command & { do: 'pay' }): Promise<void> {
    const order = this.#pick(this.#orders, index)
    if (!order) return
    const { owner: payerId, telegramId } = this.#person(payer)
    const { state } = this.#lane.sim
    const isStars = order.currency === 'XTR'
    const charge: Charge = {
      id: `${isStars ? 'stx' : ''}${randomUUID()}`,
      payer: payerId,
      amount: order.amount + (change === 'amount' ? 1 : 0),
      currency: order.currency,
      coins: change === 'none' ? order.coins : 0,
      payload: change === 'payload' ? `${order.payload}x` : order.payload,
      key: randomUUID(),
      isGivenBack: false,
    }
    this.#charges.push(charge)
    state.charges.set(charge.id, {
      chargeId: charge.id,
      personId: telegramId,
      amount: charge.amount,
      currency: charge.currency,
      payload: charge.payload,
      refunded: false,
    })
    if (!isStars) return
    const sequence = takeNumber(state, 'starTransaction')
    const user = { id: telegramId, is_bot: false, first_name: 'Ann', language_code: 'en' }
    state.transactions.set(sequence, {
      sequence,
      transaction: {
        id: charge.id,
        amount: charge.amount,
        date: nowSeconds(state.clock),
        source: { type: 'user', transaction_type: 'invoice_payment', user, invoice_payload: charge.payload },
      },
    })
  }

  #credited(charge: Charge): void {
    this.#ledger.register(charge.payer, BONUS)
    this.#ledger.credit(charge.id, charge.payer, charge.amount, charge.coins)
  }

  #serviceMessage(charge: Charge, content: Record<string, unknown>): Record<string, unknown> {
    const id = Number(charge.payer)
    return {
      message_id: 7,
      date: Math.floor(Date.now() / 1000),
      chat: { id, type: 'private' },
      from: { id, is_bot: false, first_name: 'Ann', language_code: 'en' },
      ...content,
    }
  }

  async #deliverPayment(charge: Charge, key: string, crash: Command['crash']): Promise<void> {
    const body = this.#serviceMessage(charge, {
      successful_payment: {
        currency: charge.currency,
        total_amount: charge.amount,
        invoice_payload: charge.payload,
        telegram_payment_charge_id: charge.id,
        provider_payment_charge_id: `p-${charge.id}`,
      },
    })
    // the key of a redelivered update stays with its input, so the message must be the same one
    body.date = 1_790_000_000
    const reply = await this.#deliver({ functionName: 'top-up', path: '/payments', key, body }, crash)
    expect(reply.status, JSON.stringify(reply.body)).toBe(200)
    expect(reply.body.coins).toBe(charge.coins)
    charge.paymentId = reply.body.paymentId
    this.#credited(charge)
  }

  async #charge({ who, coins, again, crash }: Command & { do: 'charge' }): Promise<void> {
    const { owner, telegramId, isKnown } = this.#person(who)
    const known = this.#lastCharge.get(owner)
    if (again && known?.answer !== undefined) {
      const reply = await this.#deliver(known.call, crash)
      expect([reply.status, reply.body]).toEqual([200, known.answer])
      return
    }
    const call: LaneCall = {
      functionName: 'charge',
      key: again && known ? known.call.key : randomUUID(),
      body: { telegramId, coins, description: 'Work' },
    }
    const reply = await this.#deliver(call, crash)
    if (!isKnown) return void expect(reply.status).toBe(404)
    const isPossible = this.#ledger.charge(owner, coins)
    expect(reply.status, JSON.stringify(reply.body)).toBe(isPossible ? 200 : 402)
    if (isPossible) expect(reply.body.charged).toBe(coins)
    this.#lastCharge.set(owner, isPossible ? { call, answer: reply.body } : { call })
  }

  /** Many at once: they meet in one batch, and exactly as many as fit are taken. */
  async #burst({ who, coins, times, crash }: Command & { do: 'burst' }): Promise<void> {
    const { owner, telegramId, isKnown } = this.#person(who)
    if (!isKnown) return
    const calls = Array.from(
      { length: times },
      (): LaneCall => ({
        functionName: 'charge',
        key: randomUUID(),
        body: { telegramId, coins, description: 'Work' },
      }),
    )
    let replies: LaneReply[]
    if (crash) {
      // the line breaks under all of them at once
      const first = await Promise.all(
        calls.map((call, index) =>
          index === 0
            ? this.#lane.callCut(call, crash).then(({ reply }) => reply)
            : this.#lane.callBesides(call),
        ),
      )
      this.crashes += first.some(({ status }) => status === 503) ? 1 : 0
      replies = await Promise.all(
        first.map((reply, index) => {
          const call = calls[index]
          return reply.status === 503 && call ? this.#deliver(call, undefined) : reply
        }),
      )
    } else {
      replies = await Promise.all(calls.map((call) => this.#deliver(call, undefined)))
    }
    const statuses = replies.map(({ status }) => status).sort()
    const expected = calls.map(() => (this.#ledger.charge(owner, coins) ? 200 : 402)).sort()
    expect(statuses).toEqual(expected)
  }

  async #hold({ who, coins, crash }: Command & { do: 'hold' }): Promise<void> {
    const { owner, telegramId, isKnown } = this.#person(who)
    const reply = await this.#deliver(
      { functionName: 'charge', path: '/holds', body: { telegramId, coins, description: 'Long work' } },
      crash,
    )
    if (!isKnown) return void expect(reply.status).toBe(404)
    const isPossible = this.#ledger.free(owner) >= coins
    expect(reply.status, JSON.stringify(reply.body)).toBe(isPossible ? 201 : 402)
    if (!isPossible) return
    this.#ledger.hold(reply.body.holdId, owner, coins)
    this.#holds.push(reply.body.holdId)
  }

  async #capture({ hold: index, percent, crash }: Command & { do: 'capture' }): Promise<void> {
    const id = this.#pick(this.#holds, index)
    const hold = id === undefined ? undefined : this.#ledger.holds.get(id)
    if (id === undefined || !hold) return
    const coins = percent === 100 ? undefined : Math.max(1, Math.floor((hold.coins * percent) / 100))
    const reply = await this.#deliver(
      { functionName: 'charge', path: `/holds/${id}/capture`, body: coins === undefined ? {} : { coins } },
      crash,
    )
    const isTooMuch = coins !== undefined && coins > hold.coins
    if (!hold.isActive || isTooMuch) {
      expect([400, 409], JSON.stringify(reply.body)).toContain(reply.status)
      return
    }
    expect(reply.status, JSON.stringify(reply.body)).toBe(200)
    expect(reply.body.charged).toBe(coins ?? hold.coins)
    this.#ledger.endHold(id, coins ?? hold.coins)
  }

  async #release({ hold: index, crash }: Command & { do: 'release' }): Promise<void> {
    const id = this.#pick(this.#holds, index)
    const hold = id === undefined ? undefined : this.#ledger.holds.get(id)
    if (id === undefined || !hold) return
    const reply = await this.#deliver(
      { functionName: 'charge', path: `/holds/${id}/release`, body: {} },
      crash,
    )
    if (hold.isActive) {
      expect(reply.status, JSON.stringify(reply.body)).toBe(200)
      expect(reply.body.released).toBe(hold.coins)
      this.#ledger.endHold(id, 0)
    } else {
      expect([200, 409], JSON.stringify(reply.body)).toContain(reply.status)
    }
  }

  async #expire({ hold: index, isSwept }: Command & { do: 'expire' }): Promise<void> {
    const id = this.#pick(this.#holds, index)
    if (id === undefined || !this.#ledger.holds.get(id)?.isActive) return
    await this.#lane.ownerSql`update holds set expires_at = now() - interval '1 second' where id = ${id}`
    if (isSwept) await this.#sweep()
    this.#ledger.endHold(id, 0)
  }

  async #sweep(): Promise<void> {
    while ((await expireHolds(this.#lane.ownerSql, 100)) > 0);
  }

  async #refund({ charge: index, percent, bySelf, crash }: Command & { do: 'refund' }): Promise<void> {
    const charge = this.#pick(this.#charges, index)
    const payment = charge && this.#ledger.payments.get(charge.id)
    if (!charge?.paymentId || !payment) return
    const left = payment.amount - payment.refundedAmount
    const isStars = charge.currency === 'XTR'
    const amount = isStars ? left : Math.max(1, Math.floor((left * percent) / 100))
    const body = {
      paymentId: charge.paymentId,
      reason: 'asked',
      ...(bySelf && isStars ? { telegramId: Number(charge.payer) } : {}),
      ...(isStars ? {} : { amount, outside: true }),
    }
    const reply = await this.#deliver({ functionName: 'top-up', path: '/refunds', body }, crash)
    if (left === 0) return void expect(reply.status, JSON.stringify(reply.body)).toBe(409)
    // what waits in suspense goes back as a whole
    if (payment.coins === 0 && amount < payment.amount)
      return void expect(reply.status, JSON.stringify(reply.body)).toBe(400)
    if (bySelf && isStars) {
      // whether the policy allows it is told by the answer; what it allows leaves no debt
      if (reply.status === 409) return
      expect(reply.body.debt).toBe(0)
    }
    expect(reply.status, JSON.stringify(reply.body)).toBe(200)
    expect(reply.body.state).toBe('done')
    charge.isGivenBack ||= isStars
    this.#ledger.refund(charge.id, amount)
  }

  async #refundOutside({ charge: index, isChargeback }: Command & { do: 'refund-outside' }): Promise<void> {
    const charge = this.#pick(this.#charges, index)
    if (charge?.currency !== 'XTR' || charge.isGivenBack) return
    charge.isGivenBack = true
    // only a refund brings an update
    charge.isChargedBack = isChargeback
    const giveBack = isChargeback ? chargeBack : refundCharge
    giveBack(this.#lane.sim.state, Number(charge.payer), charge.id)
  }

  async #deliverRefund(charge: Charge, crash: Command['crash']): Promise<void> {
    const body = this.#serviceMessage(charge, {
      refunded_payment: {
        currency: charge.currency,
        total_amount: charge.amount,
        invoice_payload: charge.payload,
        telegram_payment_charge_id: charge.id,
      },
    })
    const reply = await this.#deliver({ functionName: 'top-up', path: '/refunded-payments', body }, crash)
    expect(reply.status, JSON.stringify(reply.body)).toBe(200)
    // a refund that overtakes its payment waits for reconcile
    if (reply.body.refundId === null) return
    this.#credited(charge)
    this.#givenBack(charge)
  }

  #givenBack(charge: Charge): void {
    const payment = this.#ledger.payments.get(charge.id)
    if (payment && payment.refundedAmount < payment.amount) {
      this.#ledger.refund(charge.id, payment.amount - payment.refundedAmount)
    }
  }

  /** What the provider's book says becomes true: lost payments are credited, refunds made outside reversed. */
  async #reconcile(crash: Command['crash']): Promise<void> {
    await this.#lane.expireLeases()
    const reply = await this.#deliver({ functionName: 'reconcile', as: 'cron' }, crash)
    expect(reply.status, `${JSON.stringify(reply.body)} ${this.#lane.lastError()}`).toBe(200)
    expect(reply.body.ledger.drift).toBe(0)
    for (const charge of this.#charges) {
      if (charge.currency !== 'XTR') continue
      this.#credited(charge)
      if (charge.isGivenBack) this.#givenBack(charge)
    }
  }

  /** What was lost on the way comes by itself in the end; then both sides must say the same. */
  async finish(): Promise<void> {
    // Telegram has no list of payments in money: their updates come until they are taken
    for (const charge of this.#charges) {
      if (charge.currency !== 'XTR') await this.#deliverPayment(charge, charge.key, undefined)
    }
    if (this.#charges.some((charge) => this.#isOpen(charge))) await this.#reconcile(undefined)
    await this.#compare()
  }

  /** Whether the provider's book says more of it than we have been told. */
  #isOpen({ id, currency, isGivenBack }: Charge): boolean {
    const payment = this.#ledger.payments.get(id)
    return (
      currency === 'XTR' &&
      (payment === undefined || (isGivenBack && payment.refundedAmount < payment.amount))
    )
  }

  async #compare(): Promise<void> {
    await this.#sweep()
    const rows = await this.#lane.ownerSql<{ owner: string; coins: number; held: number; debt: number }[]>`
      select u.telegram_id::text as owner, b.coins, b.held, b.debt
      from users u join user_balances b on b.user_id = u.id
      where u.telegram_id in ${this.#lane.ownerSql(this.#people)} order by u.telegram_id`
    const expected = [...this.#ledger.wallets]
      .map(([owner, wallet]) => ({ owner, ...wallet }))
      .sort((a, b) => Number(a.owner) - Number(b.owner))
    expect([...rows]).toEqual(expected)
  }
}
