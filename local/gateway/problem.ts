import type { ServerResponse } from 'node:http'
import { type ErrorCode, problemTypeOf, STATUS_OF_CODE, TITLE_OF_CODE } from '#shared/errors.ts'

/** A problem document (RFC 9457) with the members that the functions give too. */
export const problemBody = (code: ErrorCode, detail: string, requestId: string): string =>
  JSON.stringify({
    type: problemTypeOf(code),
    title: TITLE_OF_CODE[code],
    status: STATUS_OF_CODE[code],
    code,
    detail,
    requestId,
  })

/** Answers with a problem document; where the answer has begun already, the connection is cut instead: half an answer must not look whole. */
export const sendProblem = (
  response: ServerResponse,
  code: ErrorCode,
  detail: string,
  requestId: string,
  headers: Record<string, string> = {},
): void => {
  if (response.destroyed || response.writableEnded) return
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = problemBody(code, detail, requestId)
  response.writeHead(STATUS_OF_CODE[code], {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'x-call-id': requestId,
    ...headers,
  })
  response.end(body)
}
