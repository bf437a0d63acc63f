import { fork } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'
import { openDatabase } from '#shared/db/client.ts'
import { parseClients } from '#shared/platform/clients.ts'
import { createTokenSource } from '#shared/platform/tokens.ts'
import type { StackDescription } from '../local/stack-file.ts'
import type { BareOrder, BareResult, Way } from './avatar-bare.ts'
import { writeSamples } from './avatar-samples.ts'

const WORKERS = 20
/** Function and anchor take turns, so that what else runs on the machine weighs on both. */
const ROUNDS = 4
const IMAGES_FOR_MEMORY = 1_000
const MEMORY_STEP = 100
/** A gallery is full at twenty; everybody uploads fewer. */
const UPLOADS_EACH = 15
const FIRST_PERSON = 940_000_000
const PEOPLE = 2_000

const MB = 1_000_000
const inMb = (bytes: number): string => `${Math.round(bytes / MB)} MB`

type Uploader = {
  /** Uploads one picture, made another by bytes behind its end; false where it is not stored. */
  upload: (picture: Buffer) => Promise<boolean>
  /** Of the function's process: resident memory, and processor time since it started. */
  readProcess: () => Promise<{ rssBytes: number; cpuMs: number }>
  close: () => Promise<void>
}

const makePeople = async (stack: StackDescription): Promise<void> => {
  const sql = openDatabase({ url: stack.databaseUrl, applicationName: 'bench', max: 1 })
  const last = FIRST_PERSON + PEOPLE - 1
  try {
    await sql`insert into users (telegram_id) select n from generate_series(${FIRST_PERSON}::bigint, ${last}::bigint) n`
    await sql`
      insert into user_balances (user_id, coins) select id, 1000 from users where telegram_id between ${FIRST_PERSON} and ${last}`
    await sql`
      insert into transactions (user_id, amount, type, description, balance_after, actor)
      select id, 1000, 'opening', 'bench', 1000, 'bench' from users where telegram_id between ${FIRST_PERSON} and ${last}`
    await sql`
      insert into user_states (user_id, state_data)
      select id, '{"settings": {"receipts": false, "lowBalance": false}}' from users
      where telegram_id between ${FIRST_PERSON} and ${last}`
  } finally {
    await sql.end({ timeout: 2 })
  }
}

const openUploader = (stack: StackDescription): Uploader => {
  const { id, secret } = stack.client
  const client = parseClients(JSON.stringify({ clients: [{ id, scopes: ['admin'], keys: [secret] }] })).find(
    id,
  )
  if (!client) throw new Error('stack.json names no client.')
  const tokenFor = createTokenSource(client)
  const dispatcher = new Agent({ connections: WORKERS, pipelining: 1 })
  const url = `${stack.gateway}/function/avatar-upload`
  let count = 0
  return {
    upload: async (picture) => {
      const person = FIRST_PERSON + (Math.floor(count++ / UPLOADS_EACH) % PEOPLE)
      const { statusCode, body } = await request(`${url}/?telegramId=${person}`, {
        method: 'POST',
        dispatcher,
        headers: {
          authorization: `Bearer ${await tokenFor('avatar-upload')}`,
          'content-type': 'image/jpeg',
          'idempotency-key': randomUUID(),
        },
        body: Buffer.concat([picture, randomBytes(8)]),
      })
      await body.dump()
      return statusCode === 201
    },
    readProcess: async () => {
      const { body } = await request(`${url}/metrics`, {
        headers: { authorization: `Bearer ${stack.metricsToken}` },
      })
      const text = await body.text()
      const metric = (name: string): number =>
        Number(new RegExp(`^${name}(?:{[^}]*})? (\\S+)$`, 'm').exec(text)?.[1])
      return {
        rssBytes: metric('process_resident_memory_bytes'),
        cpuMs: metric('process_cpu_seconds_total') * 1_000,
      }
    },
    close: () => dispatcher.close(),
  }
}

type Round = { perSecond: number; stored: number; failed: number }

/** So many uploads under way at once, until `isOver`; counted are those that were stored. */
const uploadUntil = async (
  { upload }: Uploader,
  pictures: readonly Buffer[],
  isOver: (begun: number) => boolean,
  onDone: (done: number) => void = () => undefined,
): Promise<Round> => {
  const startedAt = performance.now()
  let [begun, done, stored] = [0, 0, 0]
  const work = async (): Promise<void> => {
    while (!isOver(begun)) {
      const picture = pictures[begun++ % pictures.length]
      if (picture && (await upload(picture))) stored += 1
      done += 1
      onDone(done)
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
  return { perSecond: stored / ((performance.now() - startedAt) / 1_000), stored, failed: done - stored }
}

const openBare = (): { run: (order: BareOrder) => Promise<BareResult>; close: () => void } => {
  const child = fork(fileURLToPath(new URL('./avatar-bare.ts', import.meta.url)))
  return {
    run: async (order) => {
      child.send(order)
      const [result] = (await once(child, 'message')) as [BareResult]
      return result
    },
    close: () => child.disconnect(),
  }
}

const mean = (figures: readonly number[]): number =>
  figures.reduce((sum, figure) => sum + figure, 0) / figures.length

type Measured = { name: string; rounds: number[]; cpuMs: number[]; peakBytes: number; failed: number }

const describe = ({ name, rounds, cpuMs, peakBytes, failed }: Measured): string => {
  const all = rounds.map((one) => one.toFixed(1)).join(', ')
  const what = `${mean(rounds).toFixed(1)} images/s (${all}), ${mean(cpuMs).toFixed(0)} ms of a core each, peak ${inMb(peakBytes)}`
  return `  ${name.padEnd(38)} ${what}${failed > 0 ? `, ${failed} failed` : ''}`
}

const compareSpeed = async (
  uploader: Uploader,
  picture: string,
  seconds: number,
  print: (line: string) => void,
): Promise<void> => {
  const bare = openBare()
  const bytes = [readFileSync(picture)]
  const empty = { rounds: [], cpuMs: [], peakBytes: 0, failed: 0 }
  const start = (name: string): Measured => structuredClone({ name, ...empty })
  const ways = (['each from the source', 'decoded once'] satisfies Way[]).map((way) => ({
    way,
    measured: start(`bare sharp, ${way}`),
  }))
  const own = start('the function: stored and charged')
  try {
    for (const { way } of ways) await bare.run({ picture, way, workers: WORKERS, seconds: 1 })
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { way, measured } of ways) {
        const result = await bare.run({ picture, way, workers: WORKERS, seconds })
        measured.rounds.push(result.perSecond)
        measured.cpuMs.push(result.cpuMs)
        measured.peakBytes = result.peakBytes
      }
      const before = await uploader.readProcess()
      const endsAt = performance.now() + seconds * 1_000
      const result = await uploadUntil(uploader, bytes, () => performance.now() >= endsAt)
      const after = await uploader.readProcess()
      own.rounds.push(result.perSecond)
      own.cpuMs.push((after.cpuMs - before.cpuMs) / result.stored)
      own.peakBytes = Math.max(own.peakBytes, after.rssBytes)
      own.failed += result.failed
    }
  } finally {
    bare.close()
  }
  print(
    `  a JPEG of 12 megapixels (${inMb(bytes[0]?.length ?? 0)}), ${WORKERS} at once, ${ROUNDS} rounds each in turn:`,
  )
  for (const { measured } of ways) print(describe(measured))
  print(describe(own))
  for (const { way, measured } of ways) {
    const ratio = mean(own.rounds) / mean(measured.rounds)
    const ofCore = mean(measured.cpuMs) / mean(own.cpuMs)
    print(
      `  ratio to bare sharp, ${way}: ${ratio.toFixed(2)} by the clock, ${ofCore.toFixed(2)} by processor time`,
    )
  }
}

const watchMemory = async (
  uploader: Uploader,
  paths: readonly string[],
  print: (line: string) => void,
): Promise<void> => {
  const figures: ReturnType<Uploader['readProcess']>[] = []
  const { perSecond, failed } = await uploadUntil(
    uploader,
    paths.map((path) => readFileSync(path)),
    (begun) => begun >= IMAGES_FOR_MEMORY,
    (done) => done % MEMORY_STEP === 0 && figures.push(uploader.readProcess()),
  )
  const resident = (await Promise.all(figures)).map(({ rssBytes }) => rssBytes)
  // the first hundred warm everything up
  const settled = resident.slice(1)
  const middle = (Math.max(...settled) + Math.min(...settled)) / 2
  const swing = (Math.max(...settled) - middle) / middle
  print(
    `  resident memory at each ${MEMORY_STEP} of ${IMAGES_FOR_MEMORY} pictures (JPEG, PNG, WebP), ${perSecond.toFixed(1)} images/s:`,
  )
  print(`  ${resident.map(inMb).join(', ')}`)
  print(
    `  after the first ${MEMORY_STEP}: ${inMb(middle)} +-${(swing * 100).toFixed(0)} %; ${failed} not stored`,
  )
}

/** Uploads through gateway, checks, store and ledger beside bare sharp; then memory over a thousand pictures. */
export const benchAvatar = async (
  stack: StackDescription,
  seconds: number,
  print: (line: string) => void,
): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-bench-avatar-'))
  const uploader = openUploader(stack)
  try {
    const samples = await writeSamples(folder)
    await makePeople(stack)
    // first: a thousand pictures also compile what the comparison runs
    await watchMemory(uploader, samples.all, print)
    await compareSpeed(uploader, samples.photo, seconds, print)
  } finally {
    await uploader.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
