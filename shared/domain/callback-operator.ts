import { readCount } from './callback-parts.ts'
import { packId, unpackId } from './compact-id.ts'

/** Buttons of the operator's side that stand alone, with what they are written as. */
const PLAIN = {
  menu: 'm',
  find: 'f',
  suspense: 's',
  'dead-letters': 'd',
  status: 'st',
  'run-reconcile': 'rr',
  'run-backup': 'rb',
  'run-check': 'rc',
} as const

/** Those about one person or one payment; the id is a uuid. */
const WITH_ID = {
  person: 'p',
  /** Ask for coins, and a reason. */
  credit: 'c',
  debit: 'e',
  block: 'b',
  unblock: 'u',
  /** The person's payments. */
  payments: 'ps',
  payment: 'y',
  refund: 'r',
  /** Credit a payment that waits in suspense, to its payer or to somebody else. */
  resolve: 'v',
  'resolve-to': 'vt',
} as const

/** Those about one update of the inbox, or one question of ours, which is known by the update that began it. */
const WITH_NUMBER = { update: 'l', replay: 'lr', discard: 'lx', confirm: 'k' } as const

export type OperatorScreen = keyof typeof PLAIN
export type OperatorSubject = keyof typeof WITH_ID
export type OperatorNumber = keyof typeof WITH_NUMBER

/** What a button of the operator's side means. */
export type OperatorButton =
  | { screen: OperatorScreen }
  | { screen: OperatorSubject; id: string }
  | { screen: OperatorNumber; number: number }
  /** A page of a person's history. */
  | { screen: 'history'; id: string; cursor?: string }

const HISTORY = 'h'

const keyOf = <Key extends string>(codes: Readonly<Record<Key, string>>, code: string): Key | undefined =>
  (Object.keys(codes) as Key[]).find((key) => codes[key] === code)

/** A button's data as text, without the letter of its kind. */
export const writeOperatorButton = (button: OperatorButton): string => {
  if ('number' in button) return `${WITH_NUMBER[button.screen]}:${button.number}`
  if (button.screen === 'history') {
    const { id, cursor } = button
    return [HISTORY, packId(id), ...(cursor === undefined ? [] : [packId(cursor)])].join(':')
  }
  return 'id' in button ? `${WITH_ID[button.screen]}:${packId(button.id)}` : PLAIN[button.screen]
}

const readWithId = (code: string, id: string, more: string | undefined): OperatorButton | undefined => {
  if (code === HISTORY) {
    if (more === undefined) return { screen: 'history', id }
    const cursor = unpackId(more)
    return cursor === undefined ? undefined : { screen: 'history', id, cursor }
  }
  const screen = keyOf(WITH_ID, code)
  return screen === undefined || more !== undefined ? undefined : { screen, id }
}

/** Reads what `writeOperatorButton` wrote; undefined for anything else. Never throws. */
export const readOperatorButton = (text: string | undefined): OperatorButton | undefined => {
  const [code = '', first, second, ...rest] = (text ?? '').split(':')
  if (rest.length > 0) return undefined
  if (first === undefined) {
    const screen = keyOf(PLAIN, code)
    return screen && { screen }
  }
  const id = unpackId(first)
  if (id !== undefined) return readWithId(code, id, second)
  const screen = keyOf(WITH_NUMBER, code)
  const number = readCount(first)
  return screen === undefined || number === undefined || second !== undefined ? undefined : { screen, number }
}
