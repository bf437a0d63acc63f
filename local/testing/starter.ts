/**
 * `npm start` in small, for tests: `node starter.ts <root>` starts the stack of that root with the environment given, and stops
 * on SIGTERM.
 */
import { join } from 'node:path'
import { processEnv } from '#shared/platform/env.ts'
import { startStack } from '../stack.ts'
import { messageOf } from '../start-problem.ts'

const root = process.argv[2] ?? ''
const ending = new AbortController()
let stop: (() => Promise<void>) | undefined
process.on('SIGTERM', () => {
  ending.abort()
  void stop?.().then(() => process.exit(0))
})

try {
  const say = (line: string): void => console.log(line)
  const options = {
    root,
    stackYml: join(root, 'stack.yml'),
    env: processEnv(),
    cwd: root,
    say,
    signal: ending.signal,
  }
  const stack = await startStack(options, { kill: () => {} })
  stop = stack.stop
  console.log(`ready ${stack.gatewayUrl}`)
} catch (error) {
  console.error(messageOf(error))
  process.exit(ending.signal.aborted ? 0 : 1)
}
