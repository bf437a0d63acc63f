import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

export const ROOT = dirname(dirname(dirname(import.meta.dirname)))

/** What faas-cli does to `${NAME:-default}` where NAME is not set. */
const substitute = (text: string): string =>
  text.replace(/\$\{\w+(?::-([^}]*))?\}/g, (_all, value = '') => value)

// nothing is the empty text, as Go has it
const Text = z.preprocess((value) => value ?? '', z.coerce.string())
const Stack = z.looseObject({
  functions: z.record(
    z.string(),
    z.looseObject({
      image: Text,
      environment: z.record(z.string(), Text),
      secrets: z.array(Text),
      annotations: z.record(z.string(), Text),
      limits: z.record(z.string(), Text),
    }),
  ),
})

/** The functions of stack.yml as faas-cli understands them with nothing set in the environment. */
export const FUNCTIONS = Stack.parse(
  parse(substitute(readFileSync(join(ROOT, 'stack.yml'), 'utf8')), { merge: true }),
).functions

export const NAMES = Object.keys(FUNCTIONS)
