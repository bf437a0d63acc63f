import fc from 'fast-check'
import type { Crash } from './support/lane.ts'

/** How a delivery may go wrong on its way to the database; it is then delivered again with the same key. */
type Breakable = { crash?: Crash | undefined }

/**
 * What can happen to two people's wallets. Plain data: a failing sequence is kept as it is printed (regressions.ts). Numbers that pick
 * something pick among what there is by then.
 */
export type Command = Breakable &
  (
    | { do: 'register'; who: number }
    | { do: 'invoice'; who: number; pack: number; provider: number }
    /** Money moves at the provider; nobody has told us yet. */
    | { do: 'pay'; order: number; payer: number; change: 'none' | 'amount' | 'payload' }
    /** The provider tells us: for the first time, again, or out of order. */
    | { do: 'deliver'; charge: number; again: boolean }
    | { do: 'charge'; who: number; coins: number; again: boolean }
    | { do: 'burst'; who: number; coins: number; times: number }
    | { do: 'hold'; who: number; coins: number }
    | { do: 'capture'; hold: number; percent: number }
    | { do: 'release'; hold: number }
    /** The hold's time is over; the sweep may come before the next charge, or not. */
    | { do: 'expire'; hold: number; isSwept: boolean }
    | { do: 'refund'; charge: number; percent: number; bySelf: boolean }
    /** The provider gives money back without us: a chargeback, or a refund in its own cabinet. */
    | { do: 'refund-outside'; charge: number; isChargeback: boolean }
    | { do: 'deliver-refund'; charge: number }
    | { do: 'reconcile' }
  )

type CommandKind = Command['do']

const who = fc.nat(1)
const pick = fc.nat(9)

/** After how many round trips the line breaks; most operations take 5 to 20. */
const crash: fc.Arbitrary<Crash | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.record(
      { step: fc.integer({ min: 1, max: 16 }), moment: fc.constantFrom<Crash['moment']>('before', 'after') },
      { noNullPrototype: true },
    ),
  },
)

const KINDS: Record<CommandKind, { weight: number; fields: Record<string, fc.Arbitrary<unknown>> }> = {
  register: { weight: 2, fields: { who } },
  invoice: { weight: 3, fields: { who, pack: fc.nat(2), provider: fc.nat(1) } },
  pay: {
    weight: 4,
    fields: {
      order: pick,
      payer: who,
      change: fc.oneof(
        { weight: 8, arbitrary: fc.constant('none') },
        { weight: 1, arbitrary: fc.constantFrom('amount', 'payload') },
      ),
    },
  },
  deliver: { weight: 6, fields: { charge: pick, again: fc.boolean() } },
  charge: { weight: 5, fields: { who, coins: fc.integer({ min: 1, max: 120 }), again: fc.boolean() } },
  burst: {
    weight: 1,
    fields: { who, coins: fc.integer({ min: 1, max: 60 }), times: fc.integer({ min: 2, max: 6 }) },
  },
  hold: { weight: 3, fields: { who, coins: fc.integer({ min: 1, max: 120 }) } },
  capture: { weight: 2, fields: { hold: pick, percent: fc.integer({ min: 1, max: 110 }) } },
  release: { weight: 1, fields: { hold: pick } },
  expire: { weight: 1, fields: { hold: pick, isSwept: fc.boolean() } },
  refund: {
    weight: 3,
    fields: { charge: pick, percent: fc.integer({ min: 1, max: 100 }), bySelf: fc.boolean() },
  },
  'refund-outside': { weight: 2, fields: { charge: pick, isChargeback: fc.boolean() } },
  'deliver-refund': { weight: 2, fields: { charge: pick } },
  reconcile: { weight: 2, fields: {} },
}

const prefixes: fc.Arbitrary<Command[]> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Command[]>([]) },
  { weight: 1, arbitrary: fc.constant<Command[]>([{ do: 'register', who: 0 }]) },
  {
    weight: 5,
    arbitrary: fc
      .record({ pack: fc.nat(2), provider: fc.nat(1), payer: who })
      .map(({ pack, provider, payer }): Command[] => [
        { do: 'register', who: 0 },
        { do: 'invoice', who: 0, pack, provider },
        { do: 'pay', order: 0, payer, change: 'none' },
      ]),
  },
)

/** Most of a refunded pack is held or spent: the person owes coins. */
const inDebt: fc.Arbitrary<Command[]> = fc
  .record({ held: fc.integer({ min: 10, max: 70 }), spent: fc.integer({ min: 1, max: 80 }) })
  .map(({ held, spent }): Command[] => [
    { do: 'register', who: 0 },
    { do: 'invoice', who: 0, pack: 0, provider: 0 },
    { do: 'pay', order: 0, payer: 0, change: 'none' },
    { do: 'deliver', charge: 0, again: true },
    { do: 'hold', who: 0, coins: held },
    { do: 'charge', who: 0, coins: spent, again: false },
    { do: 'refund', charge: 0, percent: 100, bySelf: false },
  ])

const commands = Object.entries(KINDS).map(([kind, { weight, fields }]) => ({
  weight,
  arbitrary: fc.record(
    { do: fc.constant(kind), ...fields, crash },
    { noNullPrototype: true },
  ) as fc.Arbitrary<unknown> as fc.Arbitrary<Command>,
}))

/** Sequences of what can happen. Most begin with a person who has paid something: else little of what follows can happen. */
export const sequences: fc.Arbitrary<Command[]> = fc
  .tuple(
    fc.oneof({ weight: 5, arbitrary: prefixes }, { weight: 1, arbitrary: inDebt }),
    fc.array(fc.oneof(...commands), { minLength: 3, maxLength: 12, size: 'max' }),
  )
  .map(([prefix, rest]) => [...prefix, ...rest])
