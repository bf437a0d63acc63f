import type { Api } from 'grammy/web'
import { AppError, unavailable, upstreamFailed } from '#shared/errors.ts'
import { classifyTelegramError, readNetworkError, TelegramError, toAppError } from './errors.ts'

export type DownloadRequest = {
  api: Api
  token: string
  apiRoot: string
  fileId: string
  /** Telegram itself hands out at most 20 MB. */
  maxBytes: number
  /** For the whole download, getFile not included. */
  timeoutMs?: number
  signal?: AbortSignal
  fetch?: typeof globalThis.fetch
}

export type DownloadedFile = {
  bytes: Buffer
  /** Of Telegram's name for the file: lower case, without the dot, '' where there is none. A hint, nothing to trust. */
  extension: string
  size: number
}

const METHOD = 'file download'
const DEFAULT_TIMEOUT_MS = 20_000

const tooLarge = (maxBytes: number): AppError =>
  new AppError('too_large', { detail: `The file is larger than ${maxBytes} bytes.` })

const gone = (): AppError =>
  new AppError('file_not_found', { detail: 'Telegram does not know this file (any more).' })

/** A failure that says what happened, and holds no link: the link holds the token. */
const broken = (description: string): TelegramError =>
  new TelegramError(METHOD, { kind: 'unavailable', description, outcomeUnknown: false })

/** A relative path without tricks, each part encoded; the path decides which address we call with the token. */
const encodePath = (path: string): string => {
  const parts = path.split('/')
  const isSafe = parts.every(
    (part) => part !== '' && part !== '.' && part !== '..' && !/[\p{Cc}\\]/u.test(part),
  )
  if (!isSafe) {
    throw upstreamFailed('Telegram named an impossible file path.', broken('path refused'))
  }
  return parts.map(encodeURIComponent).join('/')
}

const extensionOf = (path: string): string => /\.([a-z0-9]{1,8})$/.exec(path.toLowerCase())?.[1] ?? ''

const stopped = (cause: unknown): AppError =>
  new AppError('deadline', { detail: 'The download took too long.', cause })

const locate = async (request: DownloadRequest): Promise<{ path: string; size: number }> => {
  const { api, fileId, maxBytes, signal } = request
  let file: Awaited<ReturnType<Api['getFile']>>
  try {
    file = await api.getFile(fileId)
  } catch (error) {
    if (signal?.aborted) throw stopped(error)
    // Whatever else Telegram has against an id, it is the caller's id that is wrong.
    if (classifyTelegramError(error).kind === 'bad_request') throw gone()
    throw toAppError(error, 'getFile')
  }
  if ((file.file_size ?? 0) > maxBytes) throw tooLarge(maxBytes)
  if (file.file_path === undefined) throw gone()
  return { path: file.file_path, size: file.file_size ?? 0 }
}

const checkStatus = (response: Response): void => {
  if (response.status === 200) return
  const cause = broken(`status ${response.status}`)
  if (response.status === 404 || response.status === 400) throw gone()
  if (response.status === 429 || response.status >= 500) {
    throw unavailable('Telegram does not hand out the file at the moment.', cause)
  }
  // Redirects too: followed, they would take the token elsewhere, or us to an address inside.
  throw upstreamFailed('Telegram did not hand out the file.', cause)
}

const readAtMost = async (response: Response, maxBytes: number): Promise<Buffer> => {
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

/**
 * Fetches a file that somebody sent to the bot. Throws AppError: `file_not_found` (unknown or expired id), `too_large`,
 * `unavailable` or `upstream_failed` (Telegram's side), `deadline` (the caller's signal). None of them holds the link.
 */
export const downloadTelegramFile = async (request: DownloadRequest): Promise<DownloadedFile> => {
  const { token, apiRoot, maxBytes, timeoutMs = DEFAULT_TIMEOUT_MS, fetch = globalThis.fetch } = request
  const { path, size } = await locate(request)
  const url = `${apiRoot.replace(/\/+$/, '')}/file/bot${token}/${encodePath(path)}`
  // Aborted in the end whatever happened, so that a refused body is not read on.
  const stop = new AbortController()
  const signals = [stop.signal, AbortSignal.timeout(timeoutMs), ...(request.signal ? [request.signal] : [])]
  let bytes: Buffer
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.any(signals) })
    checkStatus(response)
    bytes = await readAtMost(response, maxBytes)
  } catch (error) {
    if (error instanceof AppError) throw error
    const cause = new TelegramError(METHOD, readNetworkError(error))
    if (request.signal?.aborted) throw stopped(cause)
    throw unavailable('Telegram does not hand out the file at the moment.', cause)
  } finally {
    stop.abort()
  }
  if (bytes.length < size) {
    throw unavailable('The file arrived incomplete.', broken(`${bytes.length} of ${size} bytes`))
  }
  return { bytes, extension: extensionOf(path), size: bytes.length }
}
