import { ControlError } from '../../simulator/control-error.ts'
import { readFileBytes } from '../files.ts'
import { webhookInfo } from '../methods/updates.ts'
import type { StoredFile } from '../model.ts'
import { starBalance } from '../payments.ts'
import { botUser } from '../state.ts'
import type { Route } from './route.ts'

const HEARTBEAT_MS = 20_000

/** What the page itself shows or plays was made or looked at by the simulator. */
const SHOWN: readonly StoredFile['kind'][] = ['photo', 'voice', 'audio']

/** Pictures and recordings are shown in the page; everything else is handed over as a download, so that no uploaded HTML runs here. */
const sendFile: Route['run'] = async ({ state, params, response }) => {
  const file = state.files.get(params.fileId ?? '')
  if (file === undefined) throw new ControlError(404, 'There is no such file.')
  const bytes = await readFileBytes(state, file)
  const isShown = SHOWN.includes(file.kind)
  const name = encodeURIComponent(file.fileName ?? (file.kind === 'photo' ? 'photo.jpg' : 'voice.ogg'))
  response.writeHead(200, {
    'content-type': isShown ? file.mimeType : 'application/octet-stream',
    'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
    'content-length': bytes.length,
    'cache-control': 'private, max-age=31536000, immutable',
  })
  response.end(bytes)
}

/** Server-sent events: everything that happens, or what concerns one person. */
const streamEvents: Route['run'] = ({ state, query, signal, response }) => {
  const personId = query.get('person')
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.write('retry: 1000\n\n')
  const unsubscribe = state.events.subscribe((event) => {
    const concerns = personId === null || !('personId' in event) || String(event.personId) === personId
    if (concerns) response.write(`data: ${JSON.stringify(event)}\n\n`)
  })
  const heartbeat = setInterval(() => response.write(': alive\n\n'), HEARTBEAT_MS)
  heartbeat.unref()
  signal.addEventListener('abort', () => {
    clearInterval(heartbeat)
    unsubscribe()
    response.end()
  })
}

export const watchRoutes: Route[] = [
  { method: 'GET', path: '/sim/events', run: streamEvents },
  { method: 'GET', path: '/sim/files/:fileId', run: sendFile },
  {
    method: 'GET',
    path: '/sim/state',
    run: ({ state }) => {
      const transactions = [...state.transactions.values()].map(({ transaction }) => transaction)
      return {
        bot: botUser(state),
        operatorIds: state.operatorIds,
        webhook: webhookInfo(state),
        pendingUpdates: state.pending.size,
        people: state.people.size,
        messages: state.messages.size,
        files: state.files.size,
        starBalance: starBalance(state),
        starTransactionCount: transactions.length,
        lastStarTransactions: transactions.slice(-100),
      }
    },
  },
]
