import { randomUUID } from 'node:crypto'

const CODE_OF_STATUS: Record<number, string> = {
  400: 'invalid_request',
  401: 'invalid_credentials',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  500: 'internal_server_error',
}

/** A refusal of YooKassa's API, in the shape that it has there. */
export class YookassaError extends Error {
  override name = 'YookassaError' as const
  readonly status: number
  readonly parameter: string | undefined

  constructor(status: number, description: string, parameter?: string) {
    super(description)
    this.status = status
    this.parameter = parameter
  }

  toResponse(): Response {
    const body = {
      type: 'error',
      id: randomUUID(),
      code: CODE_OF_STATUS[this.status] ?? 'invalid_request',
      description: this.message,
      ...(this.parameter === undefined ? {} : { parameter: this.parameter }),
    }
    return Response.json(body, { status: this.status })
  }
}

/** 400 that names the wrong parameter. */
export const invalid = (description: string, parameter?: string): YookassaError =>
  new YookassaError(400, description, parameter)
