import { Pool } from 'undici'

/** Where a function listens now, and the connections to it. A function that was restarted gets a new one. */
export type Upstream = { port: number; pool: Pool }

const MAX_CONNECTIONS = 128
/**
 * Well below the 65 s after which the template's server closes idle connections: so it is always us who close, and no call is
 * written into a connection that is being closed at the other end.
 */
const MAX_IDLE_MS = 20_000

/** Opens no connection yet: that is done by the first call. */
export const openUpstream = (port: number, maxIdleMs = MAX_IDLE_MS): Upstream => ({
  port,
  pool: new Pool(`http://127.0.0.1:${port}`, {
    connections: MAX_CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: maxIdleMs,
    // the server announces its own 65 s in a Keep-Alive header, and that would win
    keepAliveMaxTimeout: maxIdleMs,
    // the proxy has one clock for the whole call
    headersTimeout: 0,
    bodyTimeout: 0,
  }),
})
