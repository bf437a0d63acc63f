import { applySettings, type Settings } from '#shared/domain/settings.ts'
import { AppError } from '#shared/errors.ts'
import { writeAudit } from './audit.ts'
import type { Queryable, Tx } from './client.ts'
import { postTransaction } from './wallets.ts'

export type User = {
  id: string
  telegramId: number
  username: string | null
  firstName: string | null
  languageCode: string | null
  blockedAt: Date | null
  /** Shut out by an operator: nothing is sold to or kept for this person. Not to be mixed up with `blockedAt`. */
  suspension: Suspension | null
  createdAt: Date
  /** With defaults filled in, by what Telegram says of the client's language. */
  settings: Settings
}

export type Suspension = { at: string; reason: string }

/** A person by our id or by Telegram's. */
export type Subject = { userId: string } | { telegramId: number }

type Row = {
  id: string
  telegram_id: number
  username: string | null
  first_name: string | null
  language_code: string | null
  blocked_at: Date | null
  created_at: Date
  settings: unknown
  suspension: Suspension | null
}

const toUser = (row: Row): User => ({
  id: row.id,
  telegramId: row.telegram_id,
  username: row.username,
  firstName: row.first_name,
  languageCode: row.language_code,
  blockedAt: row.blocked_at,
  suspension: row.suspension,
  createdAt: row.created_at,
  settings: applySettings(row.settings, row.language_code),
})

const selectUser = async (sql: Queryable, subject: Subject): Promise<Row | undefined> => {
  const [row]: [Row?] =
    'userId' in subject
      ? await sql`
          select u.id, u.telegram_id, u.username, u.first_name, u.language_code, u.blocked_at, u.created_at,
            s.state_data -> 'settings' as settings, s.state_data -> 'suspension' as suspension
          from users u left join user_states s on s.user_id = u.id
          where u.id = ${subject.userId} and u.erased_at is null`
      : await sql`
          select u.id, u.telegram_id, u.username, u.first_name, u.language_code, u.blocked_at, u.created_at,
            s.state_data -> 'settings' as settings, s.state_data -> 'suspension' as suspension
          from users u left join user_states s on s.user_id = u.id
          where u.telegram_id = ${subject.telegramId}`
  return row
}

/** The person, or undefined. An erased person is gone. */
export const findUser = async (sql: Queryable, subject: Subject): Promise<User | undefined> => {
  const row = await selectUser(sql, subject)
  return row && toUser(row)
}

/** @throws AppError user_not_found */
export const getUser = async (sql: Queryable, subject: Subject): Promise<User> => {
  const user = await findUser(sql, subject)
  if (!user) throw new AppError('user_not_found', { detail: 'No such person: call register first.' })
  return user
}

/** 403 for whoever an operator shut out. */
export const refuseSuspended = ({ suspension }: { suspension: unknown }): AppError | undefined =>
  suspension === null
    ? undefined
    : new AppError('forbidden', {
        detail: 'An operator has blocked this account.',
        extra: { account: 'blocked' },
      })

/** The person, unless an operator shut them out. @throws AppError user_not_found, forbidden */
export const getCustomer = async (sql: Queryable, subject: Subject): Promise<User> => {
  const user = await getUser(sql, subject)
  const refusal = refuseSuspended(user)
  if (refusal) throw refusal
  return user
}

export type Registration = {
  telegramId: number
  /** Null: has none (any more); undefined: not said, what is known stays. */
  username: string | null | undefined
  firstName: string | null
  languageCode: string | null
  /**
   * Keyed hash of the Telegram id: who claimed a bonus once gets no second one, and who was shut out stays so, even after erasure.
   */
  personHash: Buffer
  bonus: { coins: number; description: string; priceVersion: string }
  actor: string
}

/**
 * Makes the account on first use, with a wallet and the welcome bonus, or brings a known one up to date. Two at once for one
 * person: the unique index lets one insert, the other waits and updates.
 */
export const registerUser = async (
  tx: Tx,
  input: Registration,
): Promise<{ user: User; created: boolean }> => {
  const [row]: [{ id: string; created: boolean }?] = await tx`
    insert into users (telegram_id, username, first_name, language_code)
    values (${input.telegramId}, ${input.username ?? null}, ${input.firstName}, ${input.languageCode})
    on conflict (telegram_id) do update set
      username = case when ${input.username === undefined} then users.username else excluded.username end,
      first_name = coalesce(excluded.first_name, users.first_name),
      language_code = coalesce(excluded.language_code, users.language_code),
      updated_at = now()
    returning id, (xmax = 0) as created`
  if (!row) throw new Error('An upsert returned no row.')
  const userId = row.id
  if (!row.created) return { user: await getUser(tx, { userId }), created: false }

  await tx`insert into user_balances (user_id) values (${userId})`
  // whoever was shut out, and has come back after an erasure, is shut out still
  await tx`
    insert into user_states (user_id, state_data)
    select ${userId}::uuid, coalesce((
      select jsonb_build_object('suspension', suspension) from suspended_people where person_hash = ${input.personHash}
    ), '{}')`
  const claimed = await tx`
    insert into bonus_claims (person_hash) values (${input.personHash}) on conflict do nothing returning 1`
  if (claimed.length === 1 && input.bonus.coins > 0) {
    await postTransaction(tx, {
      userId,
      amount: input.bonus.coins,
      type: 'bonus',
      description: input.bonus.description,
      reference: `bonus:${userId}`,
      priceVersion: input.bonus.priceVersion,
      actor: input.actor,
    })
  }
  const user = await getUser(tx, { userId })
  if (user.suspension !== null)
    await writeAudit(tx, {
      actor: input.actor,
      action: 'account-blocked',
      subject: `user:${userId}`,
      details: { reason: user.suspension.reason, returned: true },
    })
  return { user, created: true }
}

/**
 * Shuts a person out, or lets them in again (null). Under the keyed hash of the Telegram id it is remembered beyond an erasure. Gives whether
 * anything changed.
 */
export const setSuspension = async (
  tx: Tx,
  { userId, personHash }: { userId: string; personHash: Buffer },
  suspension: Suspension | null,
): Promise<boolean> => {
  await (suspension === null
    ? tx`delete from suspended_people where person_hash = ${personHash}`
    : tx`
        insert into suspended_people (person_hash, suspension) values (${personHash}, ${tx.json(suspension)}::jsonb)
        on conflict do nothing`)
  const rows =
    suspension === null
      ? await tx`
          update user_states set state_data = state_data - 'suspension', updated_at = now()
          where user_id = ${userId} and state_data ? 'suspension'
          returning 1`
      : await tx`
          insert into user_states as s (user_id, state_data)
          values (${userId}, jsonb_build_object('suspension', ${tx.json(suspension)}::jsonb))
          on conflict (user_id) do update set
            state_data = jsonb_set(s.state_data, '{suspension}', excluded.state_data -> 'suspension'), updated_at = now()
          where not s.state_data ? 'suspension'
          returning 1`
  return rows.length === 1
}

/** Remembers that the person blocked (or unblocked) the bot. */
export const setBlocked = async (sql: Queryable, telegramId: number, isBlocked: boolean): Promise<void> => {
  await sql`
    update users set blocked_at = case when ${isBlocked} then coalesce(blocked_at, now()) end, updated_at = now()
    where telegram_id = ${telegramId}`
}
