import { createHash } from 'node:crypto'
import { AppError } from '#shared/errors.ts'
import type { Queryable, Sql, Tx } from './client.ts'
import { isLockTimeout } from './sqlstate.ts'
import { inTransaction } from './transaction.ts'

/** JSON as it is stored and sent: the answer of a call. */
export type Answer = { status: number; body: unknown }

/** Whose key it is: keys of different clients, functions and routes never meet. */
export type KeyScope = {
  client: string
  functionName: string
  /** Method and path pattern, as 'POST /holds/:id/capture'. */
  route: string
  key: string
  /** SHA-256 of the input, from `hashInput`. */
  inputHash: Buffer
}

export type OnceOutcome = Answer & { replayed: boolean }

const sortKeys = (_key: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

/** SHA-256 of method, path, query and body; the order of keys in a JSON body and of query parameters does not matter. */
export const hashInput = (input: {
  method: string
  path: string
  query: Record<string, string>
  body: unknown
}): Buffer => {
  const hash = createHash('sha256').update(
    `${input.method} ${input.path}\n${JSON.stringify(input.query, sortKeys)}\n`,
  )
  if (Buffer.isBuffer(input.body)) return hash.update('bytes\n').update(input.body).digest()
  return hash
    .update('json\n')
    .update(JSON.stringify(input.body, sortKeys) ?? '')
    .digest()
}

/** What stands under a key: the hash of the input that it was used with, and the answer. */
export type StoredAnswer = { inputHash: Buffer; status: number; response: unknown }

/** The stored answer again, for the same input. @throws AppError key_reused (other input) */
export const replayAnswer = (stored: StoredAnswer, scope: KeyScope): OnceOutcome => {
  if (!stored.inputHash.equals(scope.inputHash)) {
    throw new AppError('key_reused', {
      detail: 'This Idempotency-Key was used with other input: take a new key.',
    })
  }
  return { status: stored.status, body: stored.response, replayed: true }
}

/** The stored answer of an earlier call with this key, if it is complete. @throws AppError key_reused */
export const findAnswer = async (sql: Queryable, scope: KeyScope): Promise<OnceOutcome | undefined> => {
  const [stored]: [StoredAnswer?] = await sql`
    select input_hash as "inputHash", status, response from idempotency_keys
    where client = ${scope.client} and function_name = ${scope.functionName} and route = ${scope.route} and key = ${scope.key}`
  return stored && replayAnswer(stored, scope)
}

/**
 * Does `work` once for a key: the key is written in the transaction of the work itself, so a failed call frees it. A second
 * caller waits on the unique index until the first has finished, then gets its answer.
 * @throws AppError key_reused (other input), in_progress (the first call still runs after lock_timeout)
 */
export const runOnce = async (
  sql: Sql,
  scope: KeyScope,
  work: (tx: Tx) => Promise<Answer>,
): Promise<OnceOutcome> => {
  let isClaimed = false
  try {
    return await inTransaction(sql, async (tx) => {
      isClaimed = false
      const claimed = await tx`
        insert into idempotency_keys (client, function_name, route, key, input_hash)
        values (${scope.client}, ${scope.functionName}, ${scope.route}, ${scope.key}, ${scope.inputHash})
        on conflict do nothing
        returning 1`
      isClaimed = claimed.length === 1
      if (!isClaimed) {
        const stored = await findAnswer(tx, scope)
        // the first call was rolled back between our two statements: its key is free again
        if (!stored)
          throw new AppError('in_progress', {
            detail: 'The first call just failed; repeat yours.',
            retryAfterSeconds: 1,
          })
        return stored
      }
      const answer = await work(tx)
      await tx`
        update idempotency_keys set status = ${answer.status}, response = ${tx.json(answer.body as never)}
        where client = ${scope.client} and function_name = ${scope.functionName} and route = ${scope.route} and key = ${scope.key}`
      return { ...answer, replayed: false }
    })
  } catch (error) {
    if (!isClaimed && isLockTimeout(error)) {
      throw new AppError('in_progress', {
        detail: 'A call with this Idempotency-Key is still being worked on; repeat it shortly.',
        retryAfterSeconds: 1,
        cause: error,
      })
    }
    throw error
  }
}
