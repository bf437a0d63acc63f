import type { Env } from './env.ts'

export type PageConfig = {
  /** The built page: index.html, and what it names under assets/. */
  folder: string
  /** Who may show the page in a frame besides Telegram's own web clients. */
  frameOrigins: readonly string[]
  /** Where pictures come from besides the page's own address. */
  imageOrigin: string | undefined
}

/** What may stand in a policy as it is: scheme, host and port, nothing that would begin another directive. */
const ORIGIN = /^https?:\/\/([\w.-]+|\[[\da-f:]+\])(:\d+)?$/

const originOf = (text: string): string | undefined => {
  const origin = URL.parse(text)?.origin
  return origin !== undefined && ORIGIN.test(origin) ? origin : undefined
}

/** `CABINET_URL`: what people open, such as https://example.com/function/cabinet/. Pushes what is wrong with it. */
export const readCabinetUrl = (env: Env, problems: string[]): string | undefined => {
  const text = env.CABINET_URL?.trim()
  if (!text) return undefined
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.search + url.hash + url.username !== '') {
    problems.push(
      'CABINET_URL must be an http(s) address without query, such as https://example.com/function/cabinet/',
    )
    return undefined
  }
  return url.href.replace(/\/*$/, '/')
}

/** `PAGE_DIR`, `CABINET_FRAME_ORIGINS` and where pictures come from (`S3_PUBLIC_ENDPOINT`). Pushes what is wrong with them. */
export const readPage = (env: Env, problems: string[]): PageConfig => {
  const frameOrigins = (env.CABINET_FRAME_ORIGINS ?? '').split(/[\s,]+/).filter((text) => text !== '')
  // a path would be dropped without a word: whoever writes one means something else
  const wrong = frameOrigins.filter((text) => originOf(text) !== text.replace(/\/$/, ''))
  if (wrong.length > 0) {
    problems.push(
      'CABINET_FRAME_ORIGINS must be origins such as https://example.com, with commas between them',
    )
  }
  const store = env.S3_PUBLIC_ENDPOINT || env.S3_ENDPOINT
  const imageOrigin = store ? originOf(store) : undefined
  if (store && imageOrigin === undefined) problems.push('S3_PUBLIC_ENDPOINT must be an http(s) address')
  return {
    folder: env.PAGE_DIR || './function/page',
    frameOrigins: frameOrigins
      .filter((text) => !wrong.includes(text))
      .flatMap((text) => originOf(text) ?? []),
    imageOrigin,
  }
}
