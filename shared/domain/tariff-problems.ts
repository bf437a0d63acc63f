import type { z } from 'zod'

const EXPECTED: Record<string, string> = {
  string: 'text',
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
}

/** `['packs', 1, 'id']` -> `packs[1].id`. */
const pathText = (path: readonly PropertyKey[]): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')

const valueAt = (data: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    data,
  )

const advice = (issue: z.core.$ZodIssue, data: unknown): string => {
  const isMissing = issue.code !== 'custom' && valueAt(data, issue.path) === undefined
  switch (issue.code) {
    case 'invalid_type': {
      const expected = EXPECTED[issue.expected] ?? issue.expected
      if (isMissing) return `is missing: add it (${expected})`
      return /^Invalid input/.test(issue.message) ? `must be ${expected}` : issue.message
    }
    case 'unrecognized_keys':
      return `has unknown keys: ${issue.keys.join(', ')}: remove them or correct their spelling`
    case 'too_small':
      return /^Too small/.test(issue.message)
        ? `is too small: at least ${issue.minimum} is needed`
        : issue.message
    case 'too_big':
      return /^Too big/.test(issue.message)
        ? `is too big: at most ${issue.maximum} is allowed`
        : issue.message
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message
    default:
      return isMissing ? `is missing: add it; it ${issue.message}` : issue.message
  }
}

/** A line for each problem: where it is and what to do. `data` tells a missing value from a wrong one. */
export const problemLines = (error: z.ZodError, data: unknown): string[] =>
  error.issues.map((issue) => `  ${pathText(issue.path) || 'the file'}: ${advice(issue, data)}`)
