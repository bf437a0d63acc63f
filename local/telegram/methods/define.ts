import { z } from 'zod'
import { badRequest } from '../api-error.ts'
import type { Upload } from '../files.ts'
import type { SimulatorState } from '../state.ts'

export type MethodContext = { state: SimulatorState; files: Map<string, Upload>; signal: AbortSignal }

/** Takes the call's fields as they came in: JSON values, or strings of a form or query. */
export type Method = (context: MethodContext, fields: Record<string, unknown>) => unknown

const describeIssue = (issue: z.core.$ZodIssue | undefined, fields: Record<string, unknown>): string => {
  const name = String(issue?.path[0] ?? 'request')
  return fields[name] === undefined || fields[name] === '' ? `${name} is empty` : `${name} is invalid`
}

/** A method from the schema of its fields and what it does. Fields that it does not know are ignored, as Telegram does. */
export const defineMethod =
  <S extends z.ZodType>(schema: S, run: (params: z.output<S>, context: MethodContext) => unknown): Method =>
  (context, fields) => {
    const parsed = schema.safeParse(fields)
    if (!parsed.success) throw badRequest(describeIssue(parsed.error.issues[0], fields))
    return run(parsed.data, context)
  }

const parseJson = (value: unknown): unknown => {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/** A field that arrives as a string in forms: numbers, flags, and objects as JSON text. */
export const fromForm = <S extends z.ZodType>(schema: S) => z.preprocess(parseJson, schema)

export const Integer = fromForm(z.int())
export const Flag = fromForm(z.boolean())
/** A person's id. A string that is no number is a channel's name: no such chat here. */
export const ChatId = fromForm(z.union([z.int(), z.string().min(1)]))
