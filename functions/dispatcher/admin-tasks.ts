import { type Dialogue, setDialogue } from '#shared/db/dialogues.ts'
import { MAX_REASON, type OperatorTask } from '#shared/db/operator-task.ts'
import { findByWords } from '#shared/db/people-admin.ts'
import { findUser } from '#shared/db/users.ts'
import { getBalance } from '#shared/db/wallets.ts'
import { freeCoins } from '#shared/domain/charging.ts'
import { displayName } from '#shared/domain/names.ts'
import { confirmScreen } from './admin-confirm.ts'
import { findScreen } from './admin-find.ts'
import { findPayment, leftOf } from './admin-payments.ts'
import { isOperator, refused, type Screen, show } from './admin-rights.ts'
import type { Chat } from './chat.ts'
import type { Answered } from './dialogue.ts'
import { cancelButton } from './transcript-words.ts'

/** Most coins that one deed in the chat moves: a slip of the finger stays a slip. More go through the command line. */
export const MOST_COINS = 1_000_000_000

type Missing = 'payee' | 'coins' | 'reason'

/** What the task still has to be told; undefined when it is ready to be confirmed. */
const missingOf = ({ action, payee, coins, reason }: OperatorTask): Missing | undefined => {
  if (action === 'resolve' && payee === undefined) return 'payee'
  const movesCoins = action === 'credit' || action === 'debit' || action === 'resolve'
  if (movesCoins && coins === undefined) return 'coins'
  return reason === undefined ? 'reason' : undefined
}

const askCoins = async (
  chat: Chat,
  action: 'credit' | 'debit' | 'resolve',
  userId: string,
): Promise<Screen> => {
  const { sql } = chat.resources
  const user = await findUser(sql, { userId })
  if (!user) return refused(chat, 'person-gone')
  const name = displayName(user, chat.person.settings.language)
  const spendable = freeCoins(await getBalance(sql, userId))
  return {
    text: chat.say('admin-ask-coins', { action, name, spendable }),
    keyboard: [[cancelButton(chat)]],
  }
}

/** The question that the task has come to. */
const questionOf = async (chat: Chat, task: OperatorTask): Promise<Screen> => {
  const { action } = task
  const missing = missingOf(task)
  if (missing === 'coins' && (action === 'credit' || action === 'debit' || action === 'resolve')) {
    return askCoins(chat, action, (action === 'resolve' ? task.payee : task.subject) ?? '')
  }
  if (missing === undefined) return confirmScreen(chat, task)
  return {
    text:
      missing === 'reason' && action !== 'find'
        ? chat.say('admin-ask-reason', { action })
        : chat.say('admin-ask-payee'),
    keyboard: [[cancelButton(chat)]],
  }
}

const save = (chat: Chat, task: OperatorTask): Promise<void> =>
  setDialogue(chat.resources.sql, chat.person.user.id, {
    kind: 'operator',
    task,
    askedAt: chat.resources.clock(),
  })

/** A button began something: asks what has to be known for it. */
export const beginTask = async (chat: Chat, wanted: Omit<OperatorTask, 'step' | 'reason'>): Promise<void> => {
  const task = { ...wanted, step: chat.updateId }
  await save(chat, task)
  await show(chat, await questionOf(chat, task), undefined)
}

/** The same for a refund: all that is left, and only where the provider is asked by us. */
export const beginRefund = async (chat: Chat, paymentId: string): Promise<void> => {
  const payment = await findPayment(chat, paymentId)
  if (!payment) return show(chat, refused(chat, 'payment-gone'), undefined)
  if (payment.provider === 'telegram') return show(chat, refused(chat, 'made-outside'), undefined)
  const { amount } = leftOf(payment)
  if (amount === 0) return show(chat, refused(chat, 'nothing-left'), undefined)
  await beginTask(chat, { action: 'refund', subject: paymentId, amount })
}

/** A payment in suspense, for whoever is known to have paid it, or for somebody who is yet to be named. */
export const beginResolve = async (
  chat: Chat,
  paymentId: string,
  { isForPayer }: { isForPayer: boolean },
): Promise<void> => {
  const payment = await findPayment(chat, paymentId)
  if (!payment) return show(chat, refused(chat, 'payment-gone'), undefined)
  const payee = isForPayer ? payment.userId : null
  await beginTask(chat, {
    action: 'resolve',
    subject: paymentId,
    ...(payee === null ? {} : { payee }),
  })
}

/** Only plain digits: what looks like a number in another script, or has a sign or a point, may be meant otherwise. */
const readCoins = (words: string): number | undefined => {
  const text = words.trim()
  const coins = /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : undefined
  return coins !== undefined && coins <= MOST_COINS ? coins : undefined
}

const readReason = (words: string): string | undefined => {
  const reason = words.trim()
  return reason === '' || reason.length > MAX_REASON ? undefined : reason
}

/** What the words add to the task, or why they add nothing. */
const readAnswer = async (
  chat: Chat,
  missing: Missing,
  words: string,
): Promise<{ told: Partial<OperatorTask> } | { wrong: string }> => {
  if (missing === 'coins') {
    const coins = readCoins(words)
    return coins === undefined
      ? { wrong: chat.say('admin-coins-wrong', { most: MOST_COINS }) }
      : { told: { coins } }
  }
  if (missing === 'reason') {
    const reason = readReason(words)
    return reason === undefined
      ? { wrong: chat.say('admin-reason-wrong', { most: MAX_REASON }) }
      : { told: { reason } }
  }
  const { people } = await findByWords(chat.resources.sql, words)
  const [payee, ...others] = people
  return payee === undefined || others.length > 0
    ? { wrong: chat.say('admin-payee-wrong', { words }) }
    : { told: { payee: payee.id } }
}

const reply = (screen: Screen): Answered['reply'] => ({ kind: 'text', ...screen })

type OperatorDialogue = Extract<Dialogue, { kind: 'operator' }>

/** Words of an operator that answer a question of ours. Whoever was taken off the list meanwhile is not asked any more. */
export const takeOperatorWords = async (
  chat: Chat,
  { task }: OperatorDialogue,
  words: string,
): Promise<Answered> => {
  if (!isOperator(chat)) return { reply: { kind: 'text', text: chat.say('unknown-text') }, isDone: true }
  if (task.action === 'find') return { reply: reply(await findScreen(chat, words)), isDone: true }
  const missing = missingOf(task)
  // the same update once more: its words were taken already, only our answer did not get through
  if (task.step === chat.updateId) return { reply: reply(await questionOf(chat, task)), isDone: false }
  if (missing === undefined)
    return { reply: { kind: 'text', text: chat.say('admin-confirm-press') }, isDone: false }
  const answer = await readAnswer(chat, missing, words)
  if ('wrong' in answer)
    return { reply: reply({ text: answer.wrong, keyboard: [[cancelButton(chat)]] }), isDone: false }
  const next = { ...task, ...answer.told, step: chat.updateId }
  await save(chat, next)
  return { reply: reply(await questionOf(chat, next)), isDone: false }
}
