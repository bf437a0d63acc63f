import { z } from 'zod'
import { writeAudit } from '#shared/db/audit.ts'
import { endDialogue, findDialogue } from '#shared/db/dialogues.ts'
import { discardUpdate } from '#shared/db/inbox-admin.ts'
import type { OperatorTask } from '#shared/db/operator-task.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { findUser } from '#shared/db/users.ts'
import { displayName } from '#shared/domain/names.ts'
import { confirmScreen } from './admin-confirm.ts'
import { explainFailure } from './admin-refusals.ts'
import { actorOf, adminButton, menuButton, personButton, type Screen, show } from './admin-rights.ts'
import type { Chat } from './chat.ts'
import { priceOf } from './money-words.ts'
import { Refunded } from './refund-screens.ts'

const Adjusted = z.looseObject({ debtPaid: z.int(), balance: z.looseObject({ coins: z.int() }) })
const Suspended = z.looseObject({ suspended: z.boolean() })
const Resolved = z.looseObject({ coins: z.int() })

/** Calls a function for the operator, under a key of the task: done once, however often its button is pressed. */
const callOnce = <T>(
  chat: Chat,
  task: OperatorTask,
  call: { functionName: string; path: string; body: Record<string, unknown> },
  schema: z.ZodType<T>,
): Promise<T> => {
  const operator = chat.person.user.telegramId
  return chat.call(
    { ...call, method: 'POST', body: { ...call.body, reason: task.reason, operator } },
    schema,
    `operator:${operator}:${task.step}`,
  )
}

const nameOf = async (chat: Chat, userId: string): Promise<string> => {
  const user = await findUser(chat.resources.sql, { userId })
  return user ? displayName(user, chat.person.settings.language) : userId
}

const adjust = async (chat: Chat, task: OperatorTask, action: 'credit' | 'debit'): Promise<Screen> => {
  const { subject = '', coins = 0 } = task
  const body = { userId: subject, coins: action === 'credit' ? coins : -coins }
  const { debtPaid, balance } = await callOnce(
    chat,
    task,
    { functionName: 'top-up', path: '/adjustments', body },
    Adjusted,
  )
  const name = await nameOf(chat, subject)
  return {
    text: chat.say('admin-done-coins', { action, coins, name, balance: balance.coins, debtPaid }),
    keyboard: [[personButton(chat, subject), menuButton(chat)]],
  }
}

const setAccess = async (chat: Chat, task: OperatorTask, action: 'block' | 'unblock'): Promise<Screen> => {
  const { subject = '' } = task
  const body = { userId: subject, suspended: action === 'block' }
  await callOnce(chat, task, { functionName: 'register', path: '/suspensions', body }, Suspended)
  return {
    text: chat.say('admin-done-access', { action, name: await nameOf(chat, subject) }),
    keyboard: [[personButton(chat, subject), menuButton(chat)]],
  }
}

const refund = async (chat: Chat, task: OperatorTask): Promise<Screen> => {
  const { subject = '', amount } = task
  const body = { paymentId: subject, amount }
  const done = await callOnce(chat, task, { functionName: 'top-up', path: '/refunds', body }, Refunded)
  return {
    text: chat.say('admin-done-refund', {
      state: done.state,
      amount: priceOf(chat, done),
      coins: done.coins,
      debt: done.debt,
    }),
    keyboard: [
      [adminButton(chat, 'admin-button-payments', { screen: 'payment', id: subject }), menuButton(chat)],
    ],
  }
}

const resolve = async (chat: Chat, task: OperatorTask): Promise<Screen> => {
  const { subject = '', payee = '', coins } = task
  const path = `/payments/${subject}/resolve`
  const done = await callOnce(
    chat,
    task,
    { functionName: 'top-up', path, body: { coins, userId: payee } },
    Resolved,
  )
  return {
    text: chat.say('admin-done-resolve', { coins: done.coins, name: await nameOf(chat, payee) }),
    keyboard: [[personButton(chat, payee), menuButton(chat)]],
  }
}

const discard = async (chat: Chat, { subject = '', reason = '' }: OperatorTask): Promise<Screen> => {
  await inTransaction(chat.resources.sql, async (tx) => {
    await discardUpdate(tx, Number(subject))
    const entry = { actor: actorOf(chat), action: 'update-discarded', subject: `update:${subject}` }
    await writeAudit(tx, { ...entry, details: { reason } })
  })
  return {
    text: chat.say('admin-done-discard', { updateId: subject }),
    keyboard: [
      [adminButton(chat, 'admin-button-dead-letters', { screen: 'dead-letters' }), menuButton(chat)],
    ],
  }
}

const doTask = (chat: Chat, task: OperatorTask): Promise<Screen> => {
  switch (task.action) {
    case 'credit':
    case 'debit':
      return adjust(chat, task, task.action)
    case 'block':
    case 'unblock':
      return setAccess(chat, task, task.action)
    case 'refund':
      return refund(chat, task)
    case 'resolve':
      return resolve(chat, task)
    case 'discard':
      return discard(chat, task)
    case 'find':
      throw new Error('Looking for somebody is not confirmed.')
  }
}

/**
 * The operator has agreed to what the question named. The task is kept until the chat was told how it ended: pressed or delivered once more,
 * the same key gives the same end. Gives the words of the pop-up where the question is not open any more.
 */
export const confirmTask = async (
  chat: Chat,
  step: number,
  messageId: number,
): Promise<string | undefined> => {
  const { sql, clock, log } = chat.resources
  const userId = chat.person.user.id
  const dialogue = await findDialogue(sql, userId, { updateId: chat.updateId, now: clock() })
  if (dialogue?.kind !== 'operator' || dialogue.task.step !== step || dialogue.task.reason === undefined)
    return chat.say('admin-stale')
  const { task } = dialogue
  let end: Screen
  try {
    end = await doTask(chat, task)
  } catch (error) {
    const explained = explainFailure(chat, error, task)
    if (!explained) throw error
    log.warn({ err: error, action: task.action }, "an operator's deed was not done")
    if (explained.isOpen) {
      const { keyboard } = await confirmScreen(chat, task)
      await show(chat, { text: explained.text, keyboard }, messageId)
      // the second time the message stays as it is: that the button was pressed must be seen all the same
      return chat.say('admin-away-pop-up')
    }
    end = { text: explained.text, keyboard: [[menuButton(chat)]] }
  }
  await show(chat, end, messageId)
  await endDialogue(sql, userId, dialogue)
  return undefined
}
