import type { Queryable } from './client.ts'
import { findUser, type User } from './users.ts'

/** What an operator's words may name. */
export type Found = { people: User[]; paymentId: string | undefined }

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const TELEGRAM_ID = /^[1-9]\d{0,15}$/
const USERNAME = /^(?:@|(?:https?:\/\/)?t\.me\/)?(\w{1,64})$/i

const MOST_FOUND = 8

const NOTHING: Found = { people: [], paymentId: undefined }

const peopleOf = async (sql: Queryable, ids: readonly string[]): Promise<User[]> => {
  const users = await Promise.all(ids.map((userId) => findUser(sql, { userId })))
  return users.filter((user) => user !== undefined)
}

const findByUuid = async (sql: Queryable, id: string): Promise<Found> => {
  const user = await findUser(sql, { userId: id })
  if (user) return { people: [user], paymentId: undefined }
  const [payment]: [{ id: string }?] = await sql`select id from payments where id = ${id}`
  if (payment) return { people: [], paymentId: payment.id }
  const [entry]: [{ userId: string }?] =
    await sql`select user_id as "userId" from transactions where id = ${id}`
  return entry ? { people: await peopleOf(sql, [entry.userId]), paymentId: undefined } : NOTHING
}

/** A name is nobody's for ever: several accounts may carry it, the one that was seen with it last first. */
const findByName = async (sql: Queryable, name: string): Promise<Found> => {
  const rows = await sql<{ id: string }[]>`
    select id from users where lower(username) = lower(${name}) order by updated_at desc limit ${MOST_FOUND}`
  return {
    people: await peopleOf(
      sql,
      rows.map(({ id }) => id),
    ),
    paymentId: undefined,
  }
}

const findByCharge = async (sql: Queryable, chargeId: string): Promise<Found> => {
  const [payment]: [{ id: string }?] = await sql`
    select id from payments
    where provider in ('stars', 'telegram', 'yookassa') and charge_id = ${chargeId}
    limit 1`
  return { people: [], paymentId: payment?.id }
}

const isFound = ({ people, paymentId }: Found): boolean => people.length > 0 || paymentId !== undefined

/**
 * Looks for a person by @username (also as a link to t.me), Telegram's id, our id or the id of one of their transactions; for a payment by
 * our id or the provider's id of the charge.
 */
export const findByWords = async (sql: Queryable, words: string): Promise<Found> => {
  const wanted = words.trim()
  if (UUID.test(wanted)) return findByUuid(sql, wanted.toLowerCase())
  if (TELEGRAM_ID.test(wanted) && Number.isSafeInteger(Number(wanted))) {
    const user = await findUser(sql, { telegramId: Number(wanted) })
    if (user) return { people: [user], paymentId: undefined }
  }
  const name = USERNAME.exec(wanted)?.[1]
  const found = name === undefined ? NOTHING : await findByName(sql, name)
  return isFound(found) ? found : findByCharge(sql, wanted)
}
