import { randomBytes, randomUUID } from 'node:crypto'
import { Agent, request } from 'undici'
import { createTokenSource } from '#shared/platform/tokens.ts'
import { clientOf } from '../local/stack-client.ts'
import type { StackDescription } from '../local/stack-file.ts'

/** Uploads under way at once. */
export const WORKERS = 20
/** Who uploads; each has coins for all. */
export const PEOPLE = { first: 940_000_000, count: 2_000, coinsEach: 1_000 }
/** A gallery is full at twenty; everybody uploads fewer. */
const UPLOADS_EACH = 15

export type Uploader = {
  /** Uploads one picture, made another by bytes behind its end; false where it is not stored. */
  upload: (picture: Buffer) => Promise<boolean>
  /** Of the function's process: resident memory, and processor time since it started. */
  readProcess: () => Promise<{ rssBytes: number; cpuMs: number }>
  close: () => Promise<void>
}

export const openUploader = (stack: StackDescription): Uploader => {
  const tokenFor = createTokenSource(clientOf(stack))
  const dispatcher = new Agent({ connections: WORKERS, pipelining: 1 })
  const url = `${stack.gateway}/function/avatar-upload`
  let count = 0
  return {
    upload: async (picture) => {
      const person = PEOPLE.first + (Math.floor(count++ / UPLOADS_EACH) % PEOPLE.count)
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

/** Uploads until `isOver`; counted are those that were stored. */
export const uploadUntil = async (
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
