import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StackDescription } from '../stack-file.ts'

/** Reads stack.json of the running stack. @throws Error saying what to do */
export const readStack = (home: string): StackDescription => {
  const file = join(home, 'stack.json')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new Error(
      `No running stack in ${home}: start one with \`npm start\` (or set KOPEIKA_HOME), then run this again.`,
    )
  }
  const stack = JSON.parse(text) as StackDescription
  if (stack.telegram.page === null) {
    throw new Error(
      'This stack talks to a real bot; the demo needs the simulator: start without TELEGRAM_BOT_TOKEN.',
    )
  }
  return stack
}
