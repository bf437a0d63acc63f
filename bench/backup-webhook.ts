import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { createTokenSource } from '#shared/platform/tokens.ts'
import { clientOf } from '../local/stack-client.ts'
import type { StackDescription } from '../local/stack-file.ts'
import { median, percentile } from './load.ts'

const PEOPLE = 4_000
const EACH = 50
/** What a bot with some ten thousand daily users sees at its busiest. */
const PER_SECOND = 40
const PAIRS = 6
/** A window ends then, though the backup goes on: on a machine that is busy otherwise it may take minutes. */
const MOST_SECONDS = 150
const CHATS = 200
const FIRST_PERSON = 810_000_000
const FIRST_UPDATE = 4_700_000_000

type Print = (line: string) => void

/** 200,000 transactions of 4,000 people, as wide as real ones, with wallets that equal them. */
const load = async (url: string): Promise<void> => {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, connection: { statement_timeout: 0 } })
  await sql`
    with made as (insert into users (telegram_id) select 920000000 + n from generate_series(1, ${PEOPLE}::int) n returning id),
    written as (
      insert into transactions (user_id, amount, type, description, balance_after, service, reference, actor)
      select id, 1, 'adjustment', 'Bench ' || md5(n::text || id::text), n, 'bench', 'bench:' || gen_random_uuid(), 'bench'
      from made, generate_series(1, ${EACH}::int) n)
    insert into user_balances (user_id, coins) select id, ${EACH} from made`
  await sql`vacuum analyze`
  await sql.end()
}

type Post = () => Promise<boolean>

const poster = (stack: StackDescription): Post => {
  const headers = {
    'content-type': 'application/json',
    'x-telegram-bot-api-secret-token': stack.webhook.secret,
  }
  let n = 0
  return async () => {
    n += 1
    const id = FIRST_PERSON + (n % CHATS)
    const from = { id, is_bot: false, first_name: 'Bench', language_code: 'en' }
    const chat = { id, type: 'private' }
    const message = { message_id: n, date: 1_790_000_000, chat, from, text: '/balance' }
    const body = JSON.stringify({ update_id: FIRST_UPDATE + n, message })
    const response = await fetch(stack.webhook.url, { method: 'POST', headers, body })
    await response.arrayBuffer()
    return response.status === 200
  }
}

type Window = { times: number[]; failed: number; seconds: number }

/** Updates that come at a steady pace whatever the answers do, until `isOver`; each is timed from the moment at which it was due. */
const steady = async (post: Post, isOver: (seconds: number) => boolean): Promise<Window> => {
  const times: number[] = []
  let failed = 0
  const under: Promise<void>[] = []
  const beganAt = performance.now()
  const since = (): number => performance.now() - beganAt
  for (let n = 0; !isOver(since() / 1000); n += 1) {
    const dueMs = (n * 1000) / PER_SECOND
    const early = dueMs - since()
    if (early > 0) await sleep(early)
    const one = async (): Promise<void> => {
      const isGood = await post().catch(() => false)
      times.push(since() - dueMs)
      if (!isGood) failed += 1
    }
    under.push(one())
  }
  const seconds = since() / 1000
  await Promise.all(under)
  return { times, failed, seconds }
}

type Backup = () => Promise<void>

/** One backup, from the call to its end. */
const backupMaker = (stack: StackDescription): Backup => {
  const tokenFor = createTokenSource(clientOf(stack))
  return async () => {
    for (;;) {
      const headers = { authorization: `Bearer ${await tokenFor('backup')}` }
      const answer = await fetch(`${stack.gateway}/function/backup`, { method: 'POST', headers })
      const body = (await answer.json()) as { backupId?: string }
      if (answer.status >= 400) throw new Error(`The backup answered ${answer.status}.`)
      if (body.backupId !== undefined) return
    }
  }
}

/** The webhook while one backup is made. */
const duringBackup = async (post: Post, backup: Backup): Promise<Window> => {
  let isDone = false
  const running = backup().finally(() => {
    isDone = true
  })
  const window = await steady(post, (so) => isDone || so > MOST_SECONDS)
  await running
  return window
}

const shareOf = ({ times }: Window, share: number): number =>
  percentile(
    times.toSorted((a, b) => a - b),
    share,
  )

const p99Of = (window: Window): number => shareOf(window, 0.99)

const describe = (name: string, window: Window): string => {
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((share) => shareOf(window, share).toFixed(1))
  return `  ${name.padEnd(26)} ${String(window.times.length).padStart(6)} updates   p50 ${p50} ms   p90 ${p90} ms   p99 ${p99} ms   ${window.failed} failed`
}

const describeEach = (name: string, windows: readonly Window[]): string =>
  `  ${name.padEnd(26)} p99 of each window: ${windows.map((window) => p99Of(window).toFixed(0)).join(', ')} ms`

const ratio = (a: Window, b: Window, share: number): string =>
  (shareOf(b, share) / shareOf(a, share)).toFixed(2)

const join = (windows: readonly Window[]): Window => ({
  times: windows.flatMap(({ times }) => times),
  failed: windows.reduce((sum, { failed }) => sum + failed, 0),
  seconds: windows.reduce((sum, { seconds }) => sum + seconds, 0),
})

/** The webhook at a steady pace in windows that take turns: while a backup is made, as long without one, and again. */
export const benchBackupWebhook = async (
  stack: StackDescription,
  seconds: number,
  print: Print,
): Promise<void> => {
  await load(stack.databaseUrl)
  const [post, backup] = [poster(stack), backupMaker(stack)]
  // everybody is known and every process is warm before anything counts
  await steady(post, (so) => so > Math.max(seconds, CHATS / PER_SECOND))
  let length = (await duringBackup(post, backup)).seconds
  const [alone, during]: [Window[], Window[]] = [[], []]
  for (let pair = 0; pair < PAIRS; pair += 1) {
    // which comes first takes turns as well
    if (pair % 2 === 0) alone.push(await steady(post, (so) => so > length))
    const window = await duringBackup(post, backup)
    during.push(window)
    length = window.seconds
    if (pair % 2 === 1) alone.push(await steady(post, (so) => so > length))
  }
  const [quiet, busy] = [join(alone), join(during)]
  print(
    `  ${PER_SECOND} updates/s, ${PEOPLE * EACH} transactions in the database, ${PAIRS} backups of ${(busy.seconds / PAIRS).toFixed(1)} s`,
  )
  print(describe('webhook alone', quiet))
  print(describe('webhook during a backup', busy))
  print(describeEach('webhook alone', alone))
  print(describeEach('webhook during a backup', during))
  // one stall of the machine in one window cannot move this, as it moves the p99 of all windows together
  const calmer = median(during.map(p99Of)) / median(alone.map(p99Of))
  print(`  ratio of the medians of these: ${calmer.toFixed(2)}`)
  print(
    `  ratio p50 ${ratio(quiet, busy, 0.5)}   p90 ${ratio(quiet, busy, 0.9)}   p99 ${ratio(quiet, busy, 0.99)} (at most 1.30)`,
  )
}
