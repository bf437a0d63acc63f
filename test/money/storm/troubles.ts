import { setTimeout as sleep } from 'node:timers/promises'
import type { StackDescription } from '../../../local/stack-file.ts'
import { familyOf } from '../../e2e/support/processes.ts'
import type { OwnPostgres } from '../support/own-postgres.ts'
import type { Moment, Steps } from '../support/steps.ts'
import type { Caller } from './caller.ts'
import type { Chance } from './random.ts'

export type Damage = { kills: Map<string, number>; restarts: number; cuts: number; cutsAtCommit: number }

/** Killed more often, a function would spend the storm waiting to be started again. */
const FUNCTION_REST_MS = 12_000
const CUT_CHANCE = 0.003
const COMMIT_CUT_CHANCE = 0.02

/** Decides for every round trip to the database whether the line breaks there; a COMMIT is cut oftener, mostly after it was done. */
export const createCuts = (
  chance: Chance,
): Steps & { damage: Damage; stop: () => void; start: () => void } => {
  const damage: Damage = { kills: new Map(), restarts: 0, cuts: 0, cutsAtCommit: 0 }
  let isOn = false
  return {
    damage,
    start: () => {
      isOn = true
    },
    stop: () => {
      isOn = false
    },
    arm: () => undefined,
    disarm: () => undefined,
    isArmed: () => false,
    count: () => damage.cuts,
    fire: () => {
      damage.cuts += 1
    },
    next: (statement): Moment | undefined => {
      if (!isOn) return undefined
      const isCommit = /^commit/i.test(statement)
      if (!chance.isLucky(isCommit ? COMMIT_CUT_CHANCE : CUT_CHANCE)) return undefined
      if (isCommit) damage.cutsAtCommit += 1
      return chance.isLucky(isCommit ? 0.8 : 0.5) ? 'after' : 'before'
    },
  }
}

const functionProcesses = (): { name: string; pid: number }[] =>
  familyOf(process.pid).flatMap(({ pid, command }) => {
    const name = /functions\/([\w-]+)\/handler\.ts/.exec(command)?.[1]
    return name === undefined ? [] : [{ name, pid }]
  })

/** Kills one function after the other, each from the middle of its work. */
export const killFunctions = async (chance: Chance, damage: Damage, signal: AbortSignal): Promise<void> => {
  const restUntil = new Map<string, number>()
  while (!signal.aborted) {
    await sleep(chance.between(700, 2_500), undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    const now = performance.now()
    const victim = chance.pick(functionProcesses().filter(({ name }) => (restUntil.get(name) ?? 0) < now))
    if (!victim) continue
    try {
      process.kill(victim.pid, 'SIGKILL')
    } catch {
      continue
    }
    restUntil.set(victim.name, now + FUNCTION_REST_MS)
    damage.kills.set(victim.name, (damage.kills.get(victim.name) ?? 0) + 1)
  }
}

/** Kills PostgreSQL, which recovers; once in a while it is stopped in order, and stays away for some seconds. */
export const killPostgres = async (
  chance: Chance,
  damage: Damage,
  postgres: OwnPostgres,
  pauseMs: number,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    await sleep(chance.between(pauseMs / 2, pauseMs), undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    if (chance.isLucky(0.7)) await postgres.kill()
    else await postgres.stopFor(chance.between(500, 3_000))
    damage.restarts += 1
  }
}

type Rule = Record<string, unknown>

const TELEGRAM_RULES: Rule[] = [
  { target: 'webhook', kind: 'successful_payment', do: 'lose', share: 0.05 },
  { target: 'webhook', kind: 'successful_payment', do: 'second-update', share: 0.05 },
  { target: 'webhook', kind: 'successful_payment', do: 'duplicate', share: 0.27 },
  { target: 'webhook', kind: 'successful_payment', do: 'reorder', share: 0.15, delayMs: 4_000 },
  { target: 'webhook', kind: 'refunded_payment', do: 'lose', share: 0.2 },
  { target: 'webhook', kind: 'refunded_payment', do: 'duplicate', share: 0.3 },
  { target: 'method', method: 'refundStarPayment', do: 'accept-then-500', share: 0.1 },
  { target: 'method', method: 'refundStarPayment', do: 'accept-then-reset', share: 0.1 },
  { target: 'method', method: 'refundStarPayment', do: '429', share: 0.05 },
  { target: 'method', method: 'sendMessage', do: '500', share: 0.05 },
  { target: 'method', method: 'getStarTransactions', do: '500', share: 0.1 },
]
const YOOKASSA_RULES: Rule[] = [
  { target: 'webhook', kind: 'payment.succeeded', do: 'lose', share: 0.1 },
  { target: 'webhook', kind: 'payment.succeeded', do: 'duplicate', share: 0.3 },
  { target: 'webhook', kind: 'payment.succeeded', do: 'reorder', share: 0.15, delayMs: 4_000 },
  { target: 'webhook', kind: 'refund.succeeded', do: 'lose', share: 0.2 },
  { target: 'method', method: 'createPayment', do: 'accept-then-500', share: 0.1 },
  { target: 'method', method: 'createRefund', do: 'accept-then-reset', share: 0.1 },
  { target: 'method', method: 'createRefund', do: 'accept-then-500', share: 0.1 },
  { target: 'method', method: 'getPayment', do: '500', share: 0.1 },
]

const faultUrls = (stack: StackDescription): { url: string; rules: Rule[] }[] => {
  const control = stack.yookassa?.control
  return [
    { url: new URL('/sim/faults', stack.telegram.page ?? '').href, rules: TELEGRAM_RULES },
    ...(control ? [{ url: `${control}/sim/faults`, rules: YOOKASSA_RULES }] : []),
  ]
}

/** Lets the providers misbehave: lost, doubled and reordered webhooks, answers lost after the work was done. */
export const misbehave = async (stack: StackDescription, caller: Caller, seed: number): Promise<void> => {
  for (const { url, rules } of faultUrls(stack)) {
    for (const [index, rule] of rules.entries()) {
      const { status, body } = await caller.control(url, 'POST', { ...rule, seed: (seed + index) % 2 ** 32 })
      if (status !== 200) throw new Error(`The simulator takes no rule: ${JSON.stringify(body)}`)
    }
  }
}

export const behave = async (stack: StackDescription, caller: Caller): Promise<void> => {
  for (const { url } of faultUrls(stack)) await caller.control(url, 'DELETE')
}
