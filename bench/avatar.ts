import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '#shared/db/client.ts'
import { processEnv } from '#shared/platform/env.ts'
import type { StackDescription } from '../local/stack-file.ts'
import type { BareOrder, BareResult, Way } from './avatar-bare.ts'
import { writeSamples } from './avatar-samples.ts'
import { openUploader, PEOPLE, type Uploader, uploadUntil, WORKERS } from './avatar-uploads.ts'
import { peakMemoryOf, processOf, shareOutCores } from './cores.ts'
import { makePeople } from './people.ts'

/** Function and anchor take turns, so that what else runs on the machine weighs on both. */
const ROUNDS = 6
const IMAGES_FOR_MEMORY = 1_000
const MEMORY_STEP = 100

const MB = 1_000_000
const inMb = (bytes: number): string => `${Math.round(bytes / MB)} MB`

type Print = (line: string) => void

const openBare = () => {
  // memory is handed out as in the function
  const env = { ...processEnv(), MALLOC_ARENA_MAX: '2' }
  const child = fork(fileURLToPath(new URL('./avatar-bare.ts', import.meta.url)), { env })
  return {
    pid: child.pid ?? 0,
    run: async (order: BareOrder): Promise<BareResult> => {
      child.send(order)
      const [result] = (await once(child, 'message')) as [BareResult]
      return result
    },
    close: () => child.disconnect(),
  }
}

const mean = (figures: readonly number[]): number =>
  figures.reduce((sum, figure) => sum + figure, 0) / figures.length

type Measured = { name: string; perSecond: number[]; cpuMs: number[]; peakBytes: number; failed: number }

const start = (name: string): Measured => ({ name, perSecond: [], cpuMs: [], peakBytes: 0, failed: 0 })

const describe = ({ name, perSecond, cpuMs, peakBytes, failed }: Measured): string => {
  const all = perSecond.map((one) => one.toFixed(1)).join(', ')
  const what = `${mean(perSecond).toFixed(1)} images/s (${all}), ${mean(cpuMs).toFixed(0)} ms of a core each, peak ${inMb(peakBytes)}`
  return `  ${name.padEnd(34)} ${what}${failed > 0 ? `, ${failed} failed` : ''}`
}

const uploadFor = async (
  uploader: Uploader,
  picture: Buffer,
  seconds: number,
  measured: Measured,
): Promise<void> => {
  const before = await uploader.readProcess()
  const endsAt = performance.now() + seconds * 1_000
  const { perSecond, stored, failed } = await uploadUntil(
    uploader,
    [picture],
    () => performance.now() >= endsAt,
  )
  const after = await uploader.readProcess()
  measured.perSecond.push(perSecond)
  measured.cpuMs.push((after.cpuMs - before.cpuMs) / stored)
  measured.failed += failed
}

/** One core for the function, or for bare sharp in its turn; gateway, database, S3 server and whoever uploads have the others. */
const compareSpeed = async (
  uploader: Uploader,
  picture: string,
  seconds: number,
  print: Print,
): Promise<void> => {
  const bytes = readFileSync(picture)
  const bare = openBare()
  const functionPid = processOf('avatar-upload')
  const ways = (['decoded once', 'each from the source'] satisfies Way[]).map((way) => ({
    way,
    measured: start(`bare sharp, ${way}`),
  }))
  const own = start('the function: stored and charged')
  try {
    shareOutCores([functionPid, bare.pid])
    for (const { way } of ways) await bare.run({ picture, way, workers: WORKERS, seconds: 1 })
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { way, measured } of ways) {
        const result = await bare.run({ picture, way, workers: WORKERS, seconds })
        measured.perSecond.push(result.perSecond)
        measured.cpuMs.push(result.cpuMs)
        measured.peakBytes = result.peakBytes
      }
      await uploadFor(uploader, bytes, seconds, own)
    }
    own.peakBytes = peakMemoryOf(functionPid)
  } finally {
    bare.close()
  }
  print(
    `  a JPEG of 12 megapixels (${inMb(bytes.length)}), ${WORKERS} at once, ${ROUNDS} rounds each in turn, one core each:`,
  )
  for (const { measured } of ways) print(describe(measured))
  print(describe(own))
  for (const { way, measured } of ways) {
    const ratio = mean(own.perSecond) / mean(measured.perSecond)
    const ofCore = mean(measured.cpuMs) / mean(own.cpuMs)
    print(
      `  ratio to bare sharp, ${way}: ${ratio.toFixed(2)} by the clock, ${ofCore.toFixed(2)} by processor time`,
    )
  }
}

const watchMemory = async (uploader: Uploader, paths: readonly string[], print: Print): Promise<void> => {
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
export const benchAvatar = async (stack: StackDescription, seconds: number, print: Print): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-bench-avatar-'))
  const uploader = openUploader(stack)
  const sql = openDatabase({ url: stack.databaseUrl, applicationName: 'bench', max: 1 })
  try {
    const samples = await writeSamples(folder)
    await makePeople(sql, PEOPLE)
    // first: a thousand pictures also compile what the comparison runs
    await watchMemory(uploader, samples.all, print)
    await compareSpeed(uploader, samples.photo, seconds, print)
  } finally {
    await uploader.close()
    await sql.end({ timeout: 2 })
    rmSync(folder, { recursive: true, force: true })
  }
}
