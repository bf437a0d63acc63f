import { Cron } from 'croner'
import type { StackFunction } from './stack-yml.ts'
import { messageOf } from './start-problem.ts'

export type CronOptions = {
  functions: readonly Pick<StackFunction, 'name' | 'schedule'>[]
  gatewayUrl: string
  /** A bearer token of the client `cron` for that function. */
  tokenFor: (name: string) => Promise<string>
  say: (line: string) => void
  timeoutMs?: number
}

export type RunningCron = {
  /** Calls one scheduled function now, as its schedule would. */
  trigger: (name: string) => Promise<void>
  stop: () => void
}

const TIMEOUT_MS = 60_000

/**
 * Calls `POST /` of each function with a schedule at its times (UTC). A run that is still under way when the next is due makes that one
 * skip; a failed run is said and left to the next.
 */
export const startCron = (options: CronOptions): RunningCron => {
  const { gatewayUrl, tokenFor, say, timeoutMs = TIMEOUT_MS } = options
  const ending = new AbortController()

  const call = async (name: string): Promise<void> => {
    const answer = await fetch(`${gatewayUrl}/function/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await tokenFor(name)}`, 'content-type': 'application/json' },
      body: '{}',
      signal: AbortSignal.any([ending.signal, AbortSignal.timeout(timeoutMs)]),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`it answered ${answer.status} ${text.slice(0, 200)}`)
  }

  const jobs = new Map<string, Cron>()
  for (const { name, schedule } of options.functions) {
    if (schedule === undefined) continue
    const fail = (error: unknown): void => {
      if (!ending.signal.aborted) say(`cron: ${name} failed: ${messageOf(error)}`)
    }
    jobs.set(name, new Cron(schedule, { timezone: 'UTC', protect: true, catch: fail }, () => call(name)))
  }
  return {
    trigger: async (name) => void (await jobs.get(name)?.trigger()),
    stop: () => {
      for (const job of jobs.values()) job.stop()
      ending.abort()
    },
  }
}
