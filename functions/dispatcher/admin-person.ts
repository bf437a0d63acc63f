import { listTransactions } from '#shared/db/history.ts'
import { listPaymentsForOperator } from '#shared/db/payments-admin.ts'
import { findUser, type User } from '#shared/db/users.ts'
import { getBalance } from '#shared/db/wallets.ts'
import { freeCoins } from '#shared/domain/charging.ts'
import { displayName } from '#shared/domain/names.ts'
import { serviceTitle } from '#shared/domain/tariff.ts'
import { paymentButton, paymentLine } from './admin-payments.ts'
import { adminButton, menuButton, noteView, personButton, refused, type Screen } from './admin-rights.ts'
import type { Chat } from './chat.ts'
import { dateOf } from './money-words.ts'

const LAST_PAYMENTS = 3
const PAYMENTS_LISTED = 10
const HISTORY_PAGE = 8

/** How an operator reads a person's name. */
export const nameOf = (chat: Chat, user: User): string => displayName(user, chat.person.settings.language)

const walletOf = async (chat: Chat, user: User): Promise<string> => {
  const { coins, held, debt } = await getBalance(chat.resources.sql, user.id)
  return chat.say('admin-person', {
    name: nameOf(chat, user),
    username: user.username === null ? null : `@${user.username}`,
    telegramId: String(user.telegramId),
    userId: user.id,
    date: dateOf(chat, user.createdAt.toISOString()),
    coins,
    held,
    debt,
    spendable: freeCoins({ coins, held, debt }),
  })
}

const settingsOf = (chat: Chat, { settings }: User): string => {
  const state = (isOn: boolean) => (isOn ? 'on' : 'off')
  return chat.say('admin-person-settings', {
    language: settings.language,
    timeZone: settings.timeZone,
    receipts: state(settings.receipts),
    lowBalance: state(settings.lowBalance),
    dailyLimit: settings.dailyLimit,
  })
}

const standingOf = (chat: Chat, { suspension, blockedAt }: User): string[] => [
  ...(suspension === null
    ? []
    : [chat.say('admin-person-blocked', { date: dateOf(chat, suspension.at), reason: suspension.reason })]),
  ...(blockedAt === null ? [] : [chat.say('admin-person-unreachable')]),
]

const personKeyboard = (chat: Chat, { id, suspension }: User): Screen['keyboard'] => [
  [
    adminButton(chat, 'admin-button-credit', { screen: 'credit', id }),
    adminButton(chat, 'admin-button-debit', { screen: 'debit', id }),
  ],
  [
    adminButton(chat, 'admin-button-history', { screen: 'history', id }),
    adminButton(chat, 'admin-button-payments', { screen: 'payments', id }),
  ],
  [
    suspension === null
      ? adminButton(chat, 'admin-button-block', { screen: 'block', id })
      : adminButton(chat, 'admin-button-unblock', { screen: 'unblock', id }),
    menuButton(chat),
  ],
]

/** A person's card: wallet, settings, standing, last payments. Whoever looks is noted. */
export const personScreen = async (chat: Chat, userId: string): Promise<Screen> => {
  const { sql } = chat.resources
  const user = await findUser(sql, { userId })
  if (!user) return refused(chat, 'person-gone')
  await noteView(chat, `user:${userId}`, 'card')
  const payments = await listPaymentsForOperator(sql, {
    isSuspense: false,
    telegramId: user.telegramId,
    limit: LAST_PAYMENTS,
  })
  const parts = [
    [await walletOf(chat, user), settingsOf(chat, user)].join('\n'),
    ...standingOf(chat, user),
    ...(payments.length === 0 ? [] : [payments.map((payment) => paymentLine(chat, payment)).join('\n')]),
  ]
  return { text: parts.join('\n\n'), keyboard: personKeyboard(chat, user) }
}

/** A page of a person's history, newest first, with who moved the coins. */
export const historyScreen = async (
  chat: Chat,
  { id, cursor }: { id: string; cursor?: string },
): Promise<Screen> => {
  const { sql, tariff } = chat.resources
  const user = await findUser(sql, { userId: id })
  if (!user) return refused(chat, 'person-gone')
  await noteView(chat, `user:${id}`, 'history')
  const { items, nextCursor } = await listTransactions(sql, {
    userId: id,
    limit: HISTORY_PAGE,
    before: cursor,
  })
  const name = nameOf(chat, user)
  const lines = items.map(({ type, amount, service, description, createdAt, balanceAfter, actor }) =>
    chat.say('admin-history-line', {
      type,
      amount,
      details: service === null ? description : serviceTitle(tariff, service, chat.person.settings.language),
      date: dateOf(chat, createdAt.toISOString()),
      balance: balanceAfter,
      actor,
    }),
  )
  const older =
    nextCursor === null
      ? []
      : [[adminButton(chat, 'admin-button-older', { screen: 'history', id, cursor: nextCursor })]]
  return {
    text:
      lines.length === 0
        ? chat.say('admin-history-empty', { name })
        : [chat.say('admin-history-title', { name }), ...lines].join('\n\n'),
    keyboard: [...older, [personButton(chat, id), menuButton(chat)]],
  }
}

/** The payments of a person, each with a button that opens it. */
export const paymentsScreen = async (chat: Chat, userId: string): Promise<Screen> => {
  const { sql } = chat.resources
  const user = await findUser(sql, { userId })
  if (!user) return refused(chat, 'person-gone')
  await noteView(chat, `user:${userId}`, 'payments')
  const payments = await listPaymentsForOperator(sql, {
    isSuspense: false,
    telegramId: user.telegramId,
    limit: PAYMENTS_LISTED,
  })
  const name = nameOf(chat, user)
  return {
    text:
      payments.length === 0
        ? chat.say('admin-payments-none', { name })
        : [
            chat.say('admin-payments-title', { name }),
            ...payments.map((payment) => paymentLine(chat, payment)),
          ].join('\n\n'),
    keyboard: [
      ...payments.map((payment) => [paymentButton(chat, payment)]),
      [personButton(chat, userId), menuButton(chat)],
    ],
  }
}
