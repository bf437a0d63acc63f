import { join } from 'node:path'
import { keepRunning } from '../keep-running.ts'
import { type RunningS3, startS3 } from '../services/s3.ts'
import { ensureBuckets, type S3Access } from '../services/s3-buckets.ts'
import { describePart, type PartContext } from './part.ts'

export type S3Part = S3Access & { stop: () => Promise<void> }

const startEmbedded = async ({
  home,
  secrets,
  settings,
  tracker,
  say,
  signal,
}: PartContext): Promise<S3Part> => {
  const since = performance.now()
  const { s3AccessKey: accessKey, s3SecretKey: secretKey } = secrets
  const kept = await keepRunning<RunningS3>({
    name: 's3',
    say,
    signal,
    start: (previous) =>
      startS3({
        folder: home.s3,
        logFile: join(home.logs, 's3.log'),
        accessKey,
        secretKey,
        path: settings.path,
        port: previous?.port ?? 0,
        tracker,
      }),
  })
  const { url, server } = kept.first
  say(describePart(`s3 (${server})`, url, since))
  return { endpoint: url, accessKey, secretKey, stop: kept.stop }
}

/**
 * The object store with its buckets: a server of our own, or the one that S3_ENDPOINT names.
 * @throws StartProblem
 */
export const startS3Part = async (context: PartContext): Promise<S3Part> => {
  const { s3 } = context.settings
  if (s3 === undefined) return startEmbedded(context)
  const since = performance.now()
  await ensureBuckets(s3)
  context.say(describePart('s3', `${s3.endpoint} (yours)`, since))
  return { ...s3, stop: async () => {} }
}
