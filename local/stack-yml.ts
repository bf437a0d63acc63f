import { readFileSync } from 'node:fs'
import { Cron } from 'croner'
import { parse } from 'yaml'
import { z } from 'zod'
import { messageOf, StartProblem } from './start-problem.ts'

/** One function of stack.yml, as far as the local stack heeds it. */
export type StackFunction = {
  name: string
  /** Five fields, UTC; only for functions with the annotation `topic: cron-function`. */
  schedule: string | undefined
  /** As it stands there, with its ${VARIABLES}; of-watchdog's timeouts are of interest. */
  environment: Readonly<Record<string, string>>
}

const CRON_TOPIC = 'cron-function'

const FunctionEntry = z.looseObject({
  annotations: z.record(z.string(), z.coerce.string()).optional(),
  environment: z.record(z.string(), z.coerce.string()).optional(),
})

const StackYml = z.looseObject({
  functions: z.record(
    z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'names are of a-z 0-9 -'),
    FunctionEntry,
  ),
})

// five fields as the cron-connector takes them: croner alone would take seconds and years too
const checkSchedule = (name: string, schedule: string | undefined): string => {
  if (schedule?.trim().split(/\s+/).length !== 5)
    throw new Error(`${name}: the schedule must have five fields`)
  new Cron(schedule, { paused: true, timezone: 'UTC' }).stop()
  return schedule
}

/**
 * Reads the functions and their schedules from stack.yml.
 * @throws StartProblem naming what is wrong
 */
export const readStackYml = (file: string): StackFunction[] => {
  try {
    const { functions } = StackYml.parse(parse(readFileSync(file, 'utf8'), { merge: true }))
    return Object.entries(functions).map(([name, { annotations, environment = {} }]) => ({
      name,
      environment,
      schedule: annotations?.topic === CRON_TOPIC ? checkSchedule(name, annotations.schedule) : undefined,
    }))
  } catch (error) {
    throw new StartProblem(`${file} cannot be used: ${messageOf(error)}`)
  }
}
