import { z } from 'zod'
import { findConsent } from '#shared/db/consents.ts'
import { findDeletion } from '#shared/db/deletions.ts'
import { getBalance } from '#shared/db/wallets.ts'
import { type CallbackData, encodeCallback } from '#shared/domain/callback-data.ts'
import { formatDay } from '#shared/domain/texts/format-date.ts'
import { termsScreen } from '#shared/domain/texts/screens.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import type { Chat } from './chat.ts'
import { screenButton } from './keyboards.ts'
import { dateOf } from './money-words.ts'
import { noteTermsRead } from './privacy-terms.ts'

const Started = z.looseObject({ isNew: z.boolean(), progress: z.int() })
const Scheduled = z.looseObject({ eraseAt: z.string() })
const Undone = z.looseObject({ undone: z.boolean() })

type Button = Keyboard[number][number]
type Step = Extract<CallbackData, { kind: 'privacy' }>['step']

const stepButton = (chat: Chat, id: 'button-export' | 'button-delete' | 'button-deletion-undo', step: Step) =>
  ({ text: chat.say(id), data: encodeCallback({ kind: 'privacy', step }) }) satisfies Button

/** /terms: with their version, and when the person agreed to it. */
export const showTerms = async (chat: Chat): Promise<void> => {
  const { person, resources } = chat
  const { language, timeZone } = person.settings
  const { version } = resources.tariff.terms
  const consent = await findConsent(resources.sql, person.user.id)
  const date = consent?.version === version ? formatDay(consent.at, language, timeZone) : null
  await chat.reply({
    kind: 'text',
    text: `${termsScreen(language, resources.tariff)}\n\n${chat.say('terms-version', { version, date })}`,
    keyboard: [[screenButton(chat, 'paysupport'), screenButton(chat, 'menu')]],
  })
  await noteTermsRead(chat)
}

/** /privacy: what is kept, and the ways to take it away and to have it deleted. */
export const showPrivacy = (chat: Chat): Promise<void> =>
  chat.reply({
    kind: 'text',
    text: chat.say('privacy', { contact: chat.resources.tariff.support.contact }),
    keyboard: [
      [stepButton(chat, 'button-export', 'export')],
      [stepButton(chat, 'button-delete', 'delete')],
      [screenButton(chat, 'menu')],
    ],
  })

/** /export: the work itself shows in the chat how far it is, and sends the archives. */
export const startExport = async (chat: Chat): Promise<void> => {
  const { isNew, progress } = await chat.call(
    {
      functionName: 'profile',
      method: 'POST',
      path: '/exports',
      body: { userId: chat.person.user.id },
    },
    Started,
  )
  if (!isNew) await chat.reply({ kind: 'text', text: chat.say('export-running', { percent: progress }) })
}

const undoKeyboard = (chat: Chat): Keyboard => [
  [stepButton(chat, 'button-deletion-undo', 'undo')],
  [screenButton(chat, 'menu')],
]

/** /delete: what goes and what stays, and the question; where a deletion waits, its day and the way back. */
export const askDeletion = async (chat: Chat): Promise<void> => {
  const { resources, person } = chat
  const waiting = await findDeletion(resources.sql, person.user.id)
  if (waiting) {
    const date = dateOf(chat, waiting.eraseAt.toISOString())
    const text = chat.say('deletion-pending', { date })
    return chat.reply({ kind: 'text', text, keyboard: undoKeyboard(chat) })
  }
  const { coins, debt } = await getBalance(resources.sql, person.user.id)
  const days = resources.tariff.deletion.graceDays
  await chat.reply({
    kind: 'text',
    text: chat.say('deletion-explain', { coins, debt, days }),
    keyboard: [
      [{ text: chat.say('button-deletion-confirm'), data: encodeCallback({ kind: 'deletion-confirmed' }) }],
      [
        {
          text: chat.say('button-deletion-keep'),
          data: encodeCallback({ kind: 'menu', screen: 'privacy' }),
        },
      ],
    ],
  })
}

/** The question was answered with yes: from now on the grace period runs. */
export const confirmDeletion = async (chat: Chat): Promise<void> => {
  const { eraseAt } = await chat.call(
    {
      functionName: 'profile',
      method: 'POST',
      path: '/deletion',
      body: { userId: chat.person.user.id },
    },
    Scheduled,
  )
  const text = chat.say('deletion-scheduled', { date: dateOf(chat, eraseAt) })
  await chat.reply({ kind: 'text', text, keyboard: undoKeyboard(chat) })
}

const undoDeletion = async (chat: Chat): Promise<void> => {
  const path = `/deletion?userId=${chat.person.user.id}`
  const { undone } = await chat.call({ functionName: 'profile', method: 'DELETE', path }, Undone)
  const text = chat.say(undone ? 'deletion-undone' : 'deletion-none')
  await chat.reply({ kind: 'text', text, keyboard: [[screenButton(chat, 'menu')]] })
}

/** Buttons of /privacy and /delete, in the place of their message: `inPlace`. */
export const pressPrivacy = (chat: Chat, step: Step, inPlace: Chat): Promise<void> => {
  switch (step) {
    case 'export':
      return startExport(chat)
    case 'delete':
      return askDeletion(inPlace)
    case 'undo':
      return undoDeletion(inPlace)
  }
}
