import { acceptTerms, noteTermsShown, readTermsState, type TermsState } from '#shared/db/consents.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { Chat } from './chat.ts'

const ACTOR = 'dispatcher'
/** So many people are remembered; then it is asked of the database once more. */
const MAX_REMEMBERED = 50_000

/** Who has agreed to which version, as far as this process knows: asked once, not at every message. */
const agreed = new WeakMap<Resources, Set<string>>()

const agreedIn = (resources: Resources): Set<string> => {
  const known = agreed.get(resources) ?? new Set<string>()
  agreed.set(resources, known)
  if (known.size >= MAX_REMEMBERED) known.clear()
  return known
}

const termsOf = ({ resources, person }: Chat) => ({
  userId: person.user.id,
  version: resources.tariff.terms.version,
  actor: ACTOR,
})

/**
 * Before a turn: whoever was shown the terms and goes on agrees to them, and that is recorded. Gives how the person stood to them before.
 * Never fails: a turn is not lost over it.
 */
export const goOn = async (chat: Chat): Promise<TermsState> => {
  const { resources, person } = chat
  const known = agreedIn(resources)
  const key = `${resources.tariff.terms.version} ${person.user.id}`
  if (known.has(key)) return 'given'
  try {
    const state = await readTermsState(resources.sql, termsOf(chat))
    if (state === 'shown') await acceptTerms(resources.sql, termsOf(chat))
    if (state === 'shown' || state === 'given') known.add(key)
    return state
  } catch (error) {
    resources.log.warn({ err: error }, 'a consent was not recorded; the next message does it')
    return 'given'
  }
}

/** The line of a greeting that names the terms, for who has not agreed to this version; empty for others. */
export const termsLine = async (chat: Chat): Promise<string> => {
  const { resources } = chat
  const terms = termsOf(chat)
  const isShown = await noteTermsShown(resources.sql, terms)
  if (!isShown && (await readTermsState(resources.sql, terms)) === 'given') return ''
  return `\n\n${chat.say('terms-on-start', { version: terms.version })}`
}

/** After a turn: who knows an older version only is told once. It holds nothing up. */
export const tellOfTerms = async (chat: Chat, before: TermsState): Promise<void> => {
  if (before !== 'old' || chat.chatId !== chat.person.user.telegramId) return
  const terms = termsOf(chat)
  if (!(await noteTermsShown(chat.resources.sql, terms))) return
  await chat.reply({ kind: 'text', text: chat.say('terms-changed', { version: terms.version }) })
}

/** Whoever reads the terms has been shown them. */
export const noteTermsRead = async (chat: Chat): Promise<void> => {
  await noteTermsShown(chat.resources.sql, termsOf(chat))
}
