import { z } from 'zod'
import type { Faults, StandingRule } from './rules.ts'

/** A request about faults that makes no sense; its message is the sentence that the caller gets with 400 or 404. */
export class FaultRequestError extends Error {
  override name = 'FaultRequestError' as const
  readonly status: 400 | 404
  constructor(status: 400 | 404, sentence: string) {
    super(sentence)
    this.status = status
  }
}

/** Adds the rule of a control call's body. Throws FaultRequestError naming the field that is wrong. */
export const addRule = (faults: Faults, body: unknown): { rule: StandingRule } => {
  try {
    return { rule: faults.add(body as Parameters<Faults['add']>[0]) }
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    const [issue] = error.issues
    const name = issue?.path.join('.') ?? ''
    throw new FaultRequestError(400, `${name === '' ? 'Rule' : name}: ${issue?.message ?? 'invalid'}.`)
  }
}

/** Takes one rule away, or all. Throws FaultRequestError where there is none of that number. */
export const removeRules = (faults: Faults, id: string | undefined): { rules: StandingRule[] } => {
  if (id !== undefined && !faults.list().some((rule) => String(rule.id) === id))
    throw new FaultRequestError(404, `There is no rule ${id}.`)
  faults.clear(id === undefined ? undefined : Number(id))
  return { rules: faults.list() }
}
