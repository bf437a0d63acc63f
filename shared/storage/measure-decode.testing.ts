/**
 * Decodes the picture on standard input in a process of its own, and prints what that took: memory of native code shows only in the whole
 * process, and only where nothing else runs.
 */
import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { IMAGE_LIMITS } from '#shared/domain/image-policy.ts'
import { AppError } from '#shared/errors.ts'
import { createImagePipeline } from './image-pipeline.ts'
import { makePng } from './png-bytes.testing.ts'

/** To load everything with before the measuring. */
const warmUp = makePng({ width: 2, height: 2 })

const pipeline = createImagePipeline({
  limits: IMAGE_LIMITS,
  concurrency: 1,
  queueLimit: 1,
  timeoutSeconds: 8,
})
const decode = (bytes: Buffer): Promise<string> =>
  pipeline.process(bytes).then(
    () => 'decoded',
    (error: unknown) => (error instanceof AppError ? error.code : `${error}`),
  )

/** Of this program alone, in bytes: `maxRSS` begins with what the process that started it had (Linux: proc_pid_status, VmHWM). */
const peakResident = (): number => {
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  if (kilobytes === undefined) throw new Error('The peak of resident memory cannot be read.')
  return Number(kilobytes) * 1024
}

const bytes = await buffer(process.stdin)
await decode(warmUp)
const residentBefore = process.memoryUsage.rss()
const cpuBefore = process.cpuUsage()
const outcome = await decode(bytes)
const { user, system } = process.cpuUsage(cpuBefore)
const peakBytes = peakResident() - residentBefore
process.stdout.write(JSON.stringify({ outcome, peakBytes, cpuMs: (user + system) / 1000 }))
