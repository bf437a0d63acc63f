/** Something the person who starts the stack can put right: printed as one line, without a stack, and the start ends with 1. */
export class StartProblem extends Error {
  override name = 'StartProblem' as const
}

/** The message of whatever was thrown, in one line. */
export const messageOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0])
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/\s*\n\s*/g, ' ').trim()
}

/** The `code` of a system error (`ENOENT`, `EADDRINUSE`), else undefined. */
export const codeOf = (error: unknown): string | undefined => {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
