import postgres from 'postgres'
import { AppError, unavailable } from '#shared/errors.ts'

/** Worth trying again at once: the server itself undid the transaction (deadlock, serialization). */
const RETRYABLE = new Set(['40001', '40P01'])

/** The database is away, full, read-only or shutting down: nothing of ours is wrong, and a later try may succeed. */
const AWAY = new Set([
  '08000',
  '08001',
  '08003',
  '08004',
  '08006', // connection exceptions
  '25006', // read-only: a replica after failover
  '25P03', // idle_in_transaction_session_timeout: we stalled, and the server ended the session
  '53000',
  '53100',
  '53200',
  '53300', // out of memory, disk or connections
  '55P03', // lock_timeout
  '57014', // statement_timeout
  '57P01',
  '57P02',
  '57P03',
  '57P05', // shutdown, crash, starting up, idle session
  '58030', // I/O error
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** SQLSTATE of a server's error, or undefined. */
export const sqlStateOf = (error: unknown): string | undefined =>
  error instanceof postgres.PostgresError ? error.code : undefined

/** Name of the violated constraint, or undefined: the schema names them all so that code can tell them apart. */
export const constraintOf = (error: unknown): string | undefined =>
  error instanceof postgres.PostgresError ? error.constraint_name : undefined

/** The connection itself is gone, or the server is just closing it (FATAL). */
export const isConnectionLost = (error: unknown): boolean =>
  error instanceof postgres.PostgresError
    ? error.severity === 'FATAL' || error.severity === 'PANIC'
    : /^(CONNECTION_|CONNECT_|E[A-Z]+$)/.test(codeOf(error) ?? '')

/** The database did not answer in time, or took no connection: the next one to ask would wait as long. */
export const isSilence = (error: unknown): boolean =>
  /^(CONNECT_TIMEOUT|ETIMEDOUT)$/.test(codeOf(error) ?? '')

export const isRetryable = (error: unknown): boolean => RETRYABLE.has(codeOf(error) ?? '')

export const isLockTimeout = (error: unknown): boolean => codeOf(error) === '55P03'

/** The server cut the statement off: it took longer than statement_timeout. */
export const isStatementTimeout = (error: unknown): boolean => codeOf(error) === '57014'

/**
 * PgBouncer's only code for whatever it has to say (no connection free in time, the server behind it is away); it closes the connection with
 * it. From the server itself it is a plain ERROR, and a bug of ours.
 */
const isPoolersRefusal = (error: unknown): boolean => codeOf(error) === '08P01' && isConnectionLost(error)

/** Gives errors of the database a public meaning where they have one; anything else stays as it is (a bug, 500). */
export const toPublicError = (error: unknown): unknown => {
  if (error instanceof AppError) return error
  const code = codeOf(error)
  if (code !== undefined && (AWAY.has(code) || RETRYABLE.has(code) || isPoolersRefusal(error))) {
    return unavailable('The database is busy or away; try again shortly.', error)
  }
  return error
}
