import type { z } from 'zod'

/** A control request that cannot be met; the status and the sentence go to the caller as `{"error": sentence}`. */
export class ControlError extends Error {
  override name = 'ControlError' as const
  readonly status: number

  constructor(status: number, sentence: string) {
    super(sentence)
    this.status = status
  }
}

/** What a control request carries, checked. Throws 400 naming the first field that is wrong. */
export const parseFields = <S extends z.ZodType>(schema: S, fields: unknown): z.output<S> => {
  const parsed = schema.safeParse(fields)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const name = issue?.path.join('.') ?? ''
  throw new ControlError(400, `${name === '' ? 'Body' : name}: ${issue?.message ?? 'invalid'}.`)
}

/** The JSON body of a control request; `{}` where there is none. Throws 400. */
export const readJsonBody = async (request: Request): Promise<unknown> => {
  const text = await request.text()
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new ControlError(400, 'The body is not JSON.')
  }
}
