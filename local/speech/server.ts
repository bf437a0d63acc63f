import { answerWithFault, type Refuse } from '../misbehave/answer.ts'
import { addRule, FaultRequestError, removeRules } from '../misbehave/control.ts'
import { createFaults, type Faults } from '../misbehave/rules.ts'
import { ControlError, readJsonBody } from '../simulator/control-error.ts'
import { readBody, toRequest } from '../simulator/node-http.ts'
import { type Incoming, serveSimulator } from '../simulator/serve.ts'
import { type Clock, systemClock } from '../telegram/clock.ts'
import { hear } from './hear.ts'

/** As OpenAI has it: 25 MB, and the form around it. */
const BODY_LIMIT_BYTES = 26 * 1024 * 1024
const PATH = '/v1/audio/transcriptions'

/** Answers that no server should give, 200 and with the right length or not. */
const NONSENSE = ['garbage', 'html', 'empty', 'silence', 'huge', 'truncated', 'redirect'] as const
export type Nonsense = (typeof NONSENSE)[number]

export type SpeechSimulatorOptions = {
  /** 0 (default): any free one. */
  port?: number
  /** Asked for as a bearer token; none is asked for unless given. */
  key?: string
  /** How long it listens to each recording, in ms. */
  listensMs?: number
  clock?: Clock
  log?: (line: string) => void
}

export type SpeechSimulator = {
  /** For TRANSCRIBE_URL. */
  url: string
  /** Rules of `local/misbehave` for the method `transcribe`. */
  faults: Faults
  /** The next answer (or so many) is nonsense. */
  talkNonsense: (kind: Nonsense, times?: number) => void
  /** Recordings that were heard, and how large they were. */
  calls: () => readonly { bytes: number; model: string; fileName: string; language: string | undefined }[]
  close: () => Promise<void>
}

const refusal = (status: number, message: string): Response =>
  Response.json({ error: { message, type: 'invalid_request_error', param: null, code: null } }, { status })

const refuse: Refuse = (status, { description, retryAfter }) => {
  const answer = refusal(status, description ?? `The simulator answers ${status} on request.`)
  if (status === 429) answer.headers.set('retry-after', String(retryAfter))
  return answer
}

/** Writes what it wants and hangs up: a Response cannot be shorter than its length says. */
const truncate = ({ response }: Incoming): undefined => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 })
  response.write('{"task":"transcribe","text":"half an ans', () => response.destroy())
}

const nonsense = (kind: Nonsense, incoming: Incoming): Response | undefined => {
  switch (kind) {
    case 'garbage':
      return new Response(new Uint8Array([0xff, 0x00, 0x7b, 0xfe]), {
        headers: { 'content-type': 'application/json' },
      })
    case 'html':
      return new Response('<html>gateway time-out</html>', { headers: { 'content-type': 'text/html' } })
    case 'empty':
      return new Response('')
    case 'silence':
      return Response.json({ task: 'transcribe', language: 'english', duration: 1, text: ' ', segments: [] })
    case 'huge':
      return Response.json({ text: 'x'.repeat(20 * 1024 * 1024) })
    case 'redirect':
      return new Response(null, { status: 307, headers: { location: 'http://127.0.0.1:9/elsewhere' } })
    case 'truncated':
      return truncate(incoming)
  }
}

/** Starts the stand-in for an OpenAI-compatible server of speech to text on 127.0.0.1 (README.md). */
export const startSpeechSimulator = async (
  options: SpeechSimulatorOptions = {},
): Promise<SpeechSimulator> => {
  const { key, listensMs = 0, clock = systemClock, log = () => {} } = options
  const faults = createFaults()
  const spoken: { kind: Nonsense; times: number }[] = []
  const calls: { bytes: number; model: string; fileName: string; language: string | undefined }[] = []

  const takeNonsense = (): Nonsense | undefined => {
    const [first] = spoken
    if (!first) return undefined
    first.times -= 1
    if (first.times === 0) spoken.shift()
    return first.kind
  }
  const talkNonsense = (kind: Nonsense, times = 1): void => void spoken.push({ kind, times })

  const transcribe = async (request: Request): Promise<Response> => {
    const form = await request.formData().catch(() => undefined)
    const file = form?.get('file')
    const model = form?.get('model')
    if (!form || !(file instanceof File) || typeof model !== 'string')
      return refusal(400, 'file and model are needed')
    if (form.get('response_format') !== 'verbose_json') return refusal(400, 'only verbose_json is known here')
    const bytes = Buffer.from(await file.arrayBuffer())
    const given = form.get('language')
    const language = typeof given === 'string' ? given : undefined
    calls.push({ bytes: bytes.length, model, fileName: file.name, language })
    if (listensMs > 0) await new Promise<void>((resolve) => void clock.setTimeout(resolve, listensMs))
    const heard = hear(bytes, language)
    return heard ? Response.json(heard) : refusal(400, 'Invalid file format.')
  }

  const answerApi = async (incoming: Incoming, request: Request): Promise<Response | undefined> => {
    if (request.method !== 'POST' || incoming.url.pathname !== PATH)
      return refusal(404, 'Unknown request URL')
    if (key !== undefined && request.headers.get('authorization') !== `Bearer ${key}`)
      return refusal(401, 'Incorrect API key provided.')
    const kind = takeNonsense()
    if (kind !== undefined) return nonsense(kind, incoming)
    const { signal } = incoming
    return await answerWithFault(faults.ofMethod('transcribe'), () => transcribe(request), {
      refuse,
      clock,
      signal,
    })
  }

  const control = async (request: Request, path: string): Promise<unknown> => {
    const { method } = request
    if (path === '/sim/calls' && method === 'GET') return { calls }
    const [, id] = /^\/sim\/faults(?:\/(\d+))?$/.exec(path) ?? [undefined, null]
    if (id === null) throw new ControlError(404, 'There is no such route.')
    if (method === 'POST') return addRule(faults, await readJsonBody(request))
    if (method === 'DELETE') return removeRules(faults, id)
    return { rules: faults.list() }
  }
  const answerControl = async (request: Request, path: string): Promise<Response> => {
    try {
      return Response.json(await control(request, path))
    } catch (error) {
      if (error instanceof ControlError || error instanceof FaultRequestError)
        return Response.json({ error: error.message }, { status: error.status })
      throw error
    }
  }

  const server = await serveSimulator({
    name: 'speech',
    port: options.port ?? 0,
    log,
    isApi: (path) => path.startsWith('/v1/'),
    answer: async (incoming) => {
      const { request: given, url, signal } = incoming
      const request = toRequest(given, url, await readBody(given, BODY_LIMIT_BYTES), signal)
      return url.pathname.startsWith('/sim/')
        ? answerControl(request, url.pathname)
        : answerApi(incoming, request)
    },
  })
  return { url: server.root, faults, talkNonsense, calls: () => calls, close: () => server.close() }
}
