import { HttpResponse, http } from 'msw'
import { answerWithFault, type Refuse } from '../misbehave/answer.ts'
import { BotApiError, badRequest, forbidden, tooManyRequests } from './api-error.ts'
import { BodyError, type RequestContent, readContent } from './body.ts'
import { fileByPath, readFileBytes } from './files.ts'
import { type BotApiResult, callMethod } from './methods/call.ts'
import type { SimulatorState } from './state.ts'

const answer = ({ status, body }: BotApiResult): Response => Response.json(body, { status })

const refuse = (error: BotApiError) => answer({ status: error.errorCode, body: error.toBody() })

/** A refusal on request, in Telegram's words unless the rule gives others. */
const refuseAsAsked: Refuse = (status, { description, retryAfter }) => {
  if (status === 429) return refuse(tooManyRequests(retryAfter))
  if (status === 403) return refuse(forbidden(description ?? 'bot was blocked by the user'))
  if (status === 400) return refuse(badRequest(description ?? 'chat not found'))
  if (status === 401) return refuse(new BotApiError(401, 'Unauthorized'))
  return refuse(new BotApiError(status, 'Internal Server Error'))
}

const readCall = async (request: Request): Promise<RequestContent> => {
  const query = Object.fromEntries(new URL(request.url).searchParams)
  if (request.method === 'GET') return { fields: query, files: new Map() }
  const { fields, files } = await readContent(request)
  return { fields: { ...query, ...fields }, files }
}

/**
 * The Bot API under `apiRoot` as msw handlers: for `setupServer` in tests of this process (apiRoot https://api.telegram.org), and
 * behind a port through `getResponse`.
 */
export const botApiHandlers = (state: SimulatorState, apiRoot: string) => [
  http.get(`${apiRoot}/file/bot:token/*`, async ({ params, request }) => {
    if (params.token !== state.token) return refuse(new BotApiError(401, 'Unauthorized'))
    const prefix = `/file/bot${state.token}/`
    const file = fileByPath(state, decodeURIComponent(new URL(request.url).pathname).slice(prefix.length))
    if (file === undefined) return refuse(new BotApiError(404, 'Not Found'))
    const bytes = await readFileBytes(state, file)
    return HttpResponse.arrayBuffer(new Uint8Array(bytes).buffer, {
      headers: { 'content-type': file.kind === 'photo' ? file.mimeType : 'application/octet-stream' },
    })
  }),

  http.all(`${apiRoot}/bot:token/:method`, async ({ params, request }) => {
    if (params.token !== state.token) return refuse(new BotApiError(401, 'Unauthorized'))
    const { signal } = request
    const method = String(params.method)
    const run = async (): Promise<Response> => {
      try {
        return answer(await callMethod(state, { method, ...(await readCall(request)), signal }))
      } catch (error) {
        if (error instanceof BodyError) return refuse(badRequest("can't parse the request's body"))
        throw error
      }
    }
    const { clock } = state
    return await answerWithFault(state.rules.ofMethod(method), run, { refuse: refuseAsAsked, clock, signal })
  }),

  http.all(`${apiRoot}/*`, () => refuse(new BotApiError(404, 'Not Found'))),
]
