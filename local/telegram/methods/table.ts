import { botMethods } from './bot.ts'
import type { Method } from './define.ts'
import { editMethods } from './edits.ts'
import { fileMethods } from './media.ts'
import { paymentMethods } from './payments.ts'
import { queryMethods } from './queries.ts'
import { sendMethods } from './send.ts'
import { updateMethods } from './updates.ts'

/** Every method of the Bot API that the simulator has. */
export const METHODS: Record<string, Method> = {
  ...botMethods,
  ...updateMethods,
  ...sendMethods,
  ...fileMethods,
  ...editMethods,
  ...queryMethods,
  ...paymentMethods,
}
