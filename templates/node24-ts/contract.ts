/**
 * What a function and its server agree on. Plain objects, not Fetch's Request and Response: they cost nothing to make,
 * tests call a handler without a port, and a function that wants Fetch objects builds them itself.
 */
export type HttpRequest = {
  /** Upper case. */
  method: string
  /** Path under the function, always starting with '/', without query; percent-encoding untouched. */
  path: string
  query: URLSearchParams
  /** Names in lower case; a repeated header is joined with ', '. */
  headers: Readonly<Record<string, string | undefined>>
  /** The raw body, at most `bodyLimitBytes` long (the server has answered 413 beyond it). */
  body: Buffer
  /** Aborted when the caller hangs up or the server stops waiting. */
  signal: AbortSignal
}

export type HttpResponse = {
  status: number
  headers: Record<string, string>
  body: string | Buffer
}

export type Handle = (request: HttpRequest) => Promise<HttpResponse>

/** A function with its connections open. */
export type RunningFunction = {
  name: string
  handle: Handle
  /** Largest body in bytes. */
  bodyLimitBytes: number
  /** Another limit for one request, asked before its body is read. */
  bodyLimitOf?: (method: string, path: string) => number | undefined
  /** Stops background work and closes connections; called once, after the last request. */
  close: () => Promise<void>
}

/** What `handler.ts` of a function exports as `handler`: opens connections and gives the running function. */
export type FunctionModule = { handler: { start: () => Promise<RunningFunction> } }
