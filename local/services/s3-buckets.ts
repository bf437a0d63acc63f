import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'minio'
import { codeOf, messageOf, StartProblem } from '../start-problem.ts'

export const BUCKETS = {
  avatars: 'kopeika-avatars',
  transcripts: 'kopeika-transcripts',
  backups: 'kopeika-backups',
} as const

export const REGION = 'us-east-1'

const LOOK_AGAIN_MS = 100

export type S3Access = { endpoint: string; accessKey: string; secretKey: string }

const createClient = ({ endpoint, accessKey, secretKey }: S3Access): Client => {
  const url = new URL(endpoint)
  const useSSL = url.protocol === 'https:'
  return new Client({
    endPoint: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (useSSL ? 443 : 80),
    useSSL,
    region: REGION,
    accessKey,
    secretKey,
  })
}

const makeBuckets = async (client: Client): Promise<void> => {
  for (const bucket of Object.values(BUCKETS)) {
    if (!(await client.bucketExists(bucket))) await client.makeBucket(bucket, REGION)
  }
}

const isRefused = (error: unknown): boolean =>
  codeOf(error) === 'ECONNREFUSED' || codeOf(error) === 'ServiceUnavailable'

/**
 * Makes the buckets where they are missing. `patienceMs`: how long a server that was just started may refuse connections.
 * @throws StartProblem
 */
export const ensureBuckets = async (access: S3Access, patienceMs = 0): Promise<void> => {
  const client = createClient(access)
  const deadline = performance.now() + patienceMs
  for (;;) {
    try {
      await makeBuckets(client)
      return
    } catch (error) {
      if (!isRefused(error) || performance.now() > deadline) {
        throw new StartProblem(
          `The S3 server at ${access.endpoint} cannot be used (${codeOf(error) ?? messageOf(error)}): check S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY.`,
        )
      }
      await sleep(LOOK_AGAIN_MS)
    }
  }
}
