import { randomInt } from 'node:crypto'
import { z } from 'zod'
import { createRandom } from './random.ts'

/** How often a rule strikes: each time with the chance `share`, at most `times` times. */
const Chance = {
  share: z.number().min(0).max(1).default(1),
  times: z.int().min(1).optional(),
  /** Gives the same choices again; a random one unless given, told in the answer. */
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .optional(),
  delayMs: z
    .int()
    .min(0)
    .max(24 * 3600 * 1000)
    .optional(),
}

const Fields = z.record(z.string(), z.unknown())

/** What goes wrong with something that is sent to the bot's webhook. */
export const WebhookRule = z.strictObject({
  target: z.literal('webhook'),
  /** `message`, `successful_payment`, `payment.succeeded` ...; everything unless given. */
  kind: z.string().min(1).optional(),
  do: z.enum(['lose', 'duplicate', 'second-update', 'delay', 'reorder', 'alter']),
  /** For `alter`: goes over the members of what is sent. */
  fields: Fields.optional(),
  ...Chance,
})

/** What goes wrong with a call of the simulator's API. */
export const MethodRule = z.strictObject({
  target: z.literal('method'),
  /** `sendMessage`, `createPayment` ... in any case; every method unless given. */
  method: z.string().min(1).optional(),
  do: z.enum([
    '400',
    '401',
    '403',
    '429',
    '500',
    'reset',
    'timeout',
    'delay',
    'accept-then-500',
    'accept-then-reset',
    'accept-then-timeout',
    'accept-then-delay',
    'alter',
    'refund-canceled',
    'refund-pending',
  ]),
  /** Seconds, for 429. */
  retryAfter: z.int().min(1).max(3600).default(1),
  /** For 400 and 403: what the API says. */
  description: z.string().min(1).max(200).optional(),
  /** For `alter`: goes over the members of the answer. */
  fields: Fields.optional(),
  ...Chance,
})

/** A fault on request. */
export const FaultRule = z.discriminatedUnion('target', [WebhookRule, MethodRule])

export type WebhookFault = z.output<typeof WebhookRule> & { random: () => number }
export type MethodFault = z.output<typeof MethodRule> & { random: () => number }

/** A rule as it stands: `struck` counts how often it was carried out. */
export type StandingRule = z.output<typeof FaultRule> & { id: number; seed: number; struck: number }

export type Faults = {
  /** Adds a rule behind those that stand. Throws ZodError. */
  add: (rule: z.input<typeof FaultRule>) => StandingRule
  list: () => StandingRule[]
  /** Behaves again; without an id wholly. */
  clear: (id?: number) => void
  /** The first rule that strikes what is being sent; `kinds` are all the names that it goes by. */
  ofWebhook: (kinds: readonly string[]) => WebhookFault | undefined
  /** The first rule that strikes that call. */
  ofMethod: (method: string) => MethodFault | undefined
}

type Standing<R> = { rule: R & { id: number; seed: number; struck: number }; random: () => number }

/** True if the rule strikes now; counts it. The chance is drawn each time that a rule fits, so that a seed means the same run. */
const strikes = ({ rule, random }: Standing<z.output<typeof FaultRule>>): boolean => {
  if (rule.times !== undefined && rule.struck >= rule.times) return false
  if (random() >= rule.share) return false
  rule.struck += 1
  return true
}

/** Faults of one simulator: none at first. Rules are data, so that tests in another process can give them over HTTP. */
export const createFaults = (): Faults => {
  let all: Standing<z.output<typeof FaultRule>>[] = []
  let nextId = 1

  return {
    add: (given) => {
      const parsed = FaultRule.parse(given)
      const seed = parsed.seed ?? randomInt(2 ** 32)
      const rule = { ...parsed, id: nextId, seed, struck: 0 }
      nextId += 1
      all.push({ rule, random: createRandom(seed) })
      return rule
    },
    list: () => all.map(({ rule }) => rule),
    clear: (id) => {
      all = id === undefined ? [] : all.filter(({ rule }) => rule.id !== id)
    },
    ofWebhook: (kinds) => {
      for (const standing of all) {
        const { rule, random } = standing
        if (rule.target !== 'webhook' || (rule.kind !== undefined && !kinds.includes(rule.kind))) continue
        if (strikes(standing)) return { ...rule, random }
      }
      return undefined
    },
    ofMethod: (method) => {
      for (const standing of all) {
        const { rule, random } = standing
        if (rule.target !== 'method') continue
        if (rule.method !== undefined && rule.method.toLowerCase() !== method.toLowerCase()) continue
        if (strikes(standing)) return { ...rule, random }
      }
      return undefined
    },
  }
}
