import { connect, type Socket, type TcpNetConnectOpts } from 'node:net'
import type { DuplexOptions } from 'node:stream'
import postgres from 'postgres'

/** int8 comes as a JavaScript number: every bigint of ours is kept within 2^53-1 by a check in the schema. */
type Types = { bigint: number }
export type Sql = postgres.Sql<Types>
export type Tx = postgres.TransactionSql<Types>
/** Where a query may run: on the pool, or inside a transaction. */
export type Queryable = Sql | Tx

export type DatabaseOptions = {
  url: string
  /** Shown in pg_stat_activity. */
  applicationName: string
  /** Connections of this process; replicas x max must stay below the server's max_connections. */
  max?: number
  /**
   * A server that owes an answer for longer is taken for gone. Above every statement_timeout, and with the time to connect anew (3 s) below
   * the deadline of a call: who waited for that connection hears 503 in time.
   */
  silenceMs?: number
  /** After so long an idle connection is made anew; with settings of its own it must not be. */
  maxLifetimeSeconds?: number
  onNotice?: (message: string) => void
}

const INT8_OID = 20

const parseInt8 = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('A bigint from the database is beyond 2^53-1.')
  return value
}

/**
 * postgres.js has no query timeout: on a half-open connection (a cable pulled, a firewall that forgot) a query waits for ever
 * (porsager/postgres#1089). So we watch the socket: bytes sent and nothing heard for `silenceMs` destroys it, its
 * queries fail, and the pool connects anew. Under TLS postgres.js takes the listeners off the raw socket; there the
 * watch ends, and TCP keep-alive and the callers' own deadline remain.
 */
const watchSilence = (socket: Socket, silenceMs: number): Socket => {
  let owedSince = 0
  const write = socket.write.bind(socket)
  socket.write = ((...args: Parameters<typeof write>) => {
    if (owedSince === 0) owedSince = performance.now()
    return write(...args)
  }) as typeof socket.write
  const onHeard = (): void => {
    owedSince = 0
  }
  socket.on('data', onHeard)
  const timer = setInterval(
    () => {
      if (socket.destroyed || !socket.listeners('data').includes(onHeard)) clearInterval(timer)
      else if (owedSince > 0 && performance.now() - owedSince > silenceMs) {
        socket.destroy(
          Object.assign(new Error('The database has not answered in time.'), { code: 'ETIMEDOUT' }),
        )
      }
    },
    Math.max(50, silenceMs / 10),
  ).unref()
  return socket
}

/**
 * Tells postgres.js of a lost connection in one moment: its 'error' handler and its 'close' handler, one right after the other. As Node
 * emits them there is a gap, in which the pool gives new queries to the dead connection, and those are never answered (3.4.9: `closed`
 * fails them only where there was no error); and a connection that closes during its start without an error is tried again for ever.
 */
const joinErrorAndClose = (socket: Socket): Socket => {
  const on = socket.on.bind(socket)
  let failure: Error | undefined
  let tellError: ((error: Error) => void) | undefined
  on('error', (error) => {
    failure = error
  })
  const intercept = (event: string, listener: (...args: unknown[]) => void): Socket => {
    if (event === 'error') tellError = listener
    if (event !== 'close') return event === 'error' ? socket : on(event, listener)
    // TLS, which comes next, gets the socket as it is
    socket.on = on
    return on('close', () => {
      tellError?.(
        failure ??
          Object.assign(new Error('The database closed the connection.'), { code: 'CONNECTION_CLOSED' }),
      )
      listener(false)
    })
  }
  socket.on = intercept as typeof socket.on
  return socket
}

type SocketOptions = { host: string[]; port: number[] }

const CONNECT_TIMEOUT_MS = 2_000

/**
 * Gives the socket while it still connects: a promise that rejects would cost the pool one connection for each failure, and after `max`
 * of them every query would wait for ever (3.4.9 does not take such a connection back).
 */
const openSocket =
  (silenceMs: number) =>
  ({ host: [host = '127.0.0.1'], port: [port = 5432] }: SocketOptions): Socket => {
    const keeping = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }
    // Node hands it on to the stream, which its types do not say
    const options: TcpNetConnectOpts & DuplexOptions = {
      host,
      port,
      ...keeping,
      writableHighWaterMark: NEVER_FULL,
    }
    const socket = connect(options)
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => {
      socket.destroy(Object.assign(new Error('The database takes no connections.'), { code: 'ETIMEDOUT' }))
    })
    socket.once('connect', () => socket.setTimeout(0))
    return joinErrorAndClose(watchSilence(socket, silenceMs))
  }

/**
 * More than any number of queries or bytes that may wait. postgres.js 3.4.9 keeps a connection for a transaction only where it would also take
 * one more query after BEGIN: where BEGIN filled the pipeline (100 queries) or the socket's buffer, it was sent all the same, the
 * connection went back to the pool, and other queries ran in a transaction that nobody ended (porsager/postgres#1189, open). So neither is ever
 * full: what a process asks for at once is bounded by the calls it takes.
 */
const NEVER_FULL = 2 ** 40

/** Opens the pool (lazily: nothing connects before the first query). Times out on every level; see docs/architecture.md. */
export const openDatabase = (options: DatabaseOptions): Sql => {
  const silenceMs = options.silenceMs ?? 4_500
  return postgres(options.url, {
    max: options.max ?? 4,
    idle_timeout: 60,
    connect_timeout: 3,
    max_lifetime: options.maxLifetimeSeconds ?? 60 * 30,
    fetch_types: false,
    // @ts-expect-error `max_pipeline` (src/index.js) and `socket` (README) are read, and missing in the types
    max_pipeline: NEVER_FULL,
    types: { bigint: { to: INT8_OID, from: [INT8_OID], parse: parseInt8, serialize: String } },
    connection: {
      application_name: options.applicationName,
      TimeZone: 'UTC',
      statement_timeout: 3_000,
      lock_timeout: 2_000,
      idle_in_transaction_session_timeout: 10_000,
    },
    onnotice: (notice) => options.onNotice?.(String(notice.message ?? '')),
    socket: openSocket(silenceMs),
  })
}
