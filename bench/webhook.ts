import type { StackDescription } from '../local/stack-file.ts'
import { describeLoad, runLoad } from './load.ts'

const WORKERS = 40
const FIRST_PERSON = 800_000_000

/**
 * Updates through the dispatcher (secret, inbox, person, answer to Telegram) beside a call that the gateway answers through the same
 * function without any work. The people do not exist in the simulator, so each answer is refused there; that costs the same call.
 */
export const benchWebhook = async (
  stack: StackDescription,
  seconds: number,
  print: (line: string) => void,
): Promise<void> => {
  const headers = {
    'content-type': 'application/json',
    'x-telegram-bot-api-secret-token': stack.webhook.secret,
  }
  const post = async (body: string): Promise<boolean> => {
    const response = await fetch(stack.webhook.url, { method: 'POST', headers, body })
    await response.arrayBuffer()
    return response.status === 200
  }
  const anchor = await runLoad(WORKERS, seconds, () => post('null'))
  let updateId = 4_000_000_000
  const balance = await runLoad(WORKERS, seconds, (worker) => {
    updateId += 1
    const id = FIRST_PERSON + worker
    const from = { id, is_bot: false, first_name: 'Bench', language_code: 'en' }
    const message = {
      message_id: updateId,
      date: 1_790_000_000,
      chat: { id, type: 'private' },
      from,
      text: '/balance',
    }
    return post(JSON.stringify({ update_id: updateId, message }))
  })
  print(describeLoad('anchor: an update that is none', anchor))
  print(describeLoad('/balance', balance))
  print(`  ratio ${(balance.perSecond / anchor.perSecond).toFixed(2)}`)
}
