import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { processEnv } from '#shared/platform/env.ts'
import { startStack } from '../../../local/stack.ts'
import type { StackDescription } from '../../../local/stack-file.ts'
import { type OwnPostgres, startOwnPostgres } from '../support/own-postgres.ts'
import type { Steps } from '../support/steps.ts'
import { startWireProxy, throughProxy } from '../support/wire-proxy.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** The whole local stack on a PostgreSQL that can be killed, behind a line that can be cut. */
export type Stage = {
  stack: StackDescription
  postgres: OwnPostgres
  /** What the stack has said: restarts of functions among it. */
  said: string[]
  close: () => Promise<void>
}

export const openStage = async (steps: Steps): Promise<Stage> => {
  const home = mkdtempSync(join(tmpdir(), 'kopeika-storm-'))
  const closers: (() => Promise<void> | void)[] = [
    () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }),
  ]
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).reverse()) await one()
  }
  try {
    const postgres = await startOwnPostgres()
    closers.push(postgres.close)
    const proxy = await startWireProxy(postgres.appUrl, steps)
    closers.push(proxy.close)
    const said: string[] = []
    const { PATH, HOME } = processEnv()
    const ending = new AbortController()
    const stack = await startStack(
      {
        root: ROOT,
        stackYml: join(ROOT, 'stack.yml'),
        env: {
          PATH,
          HOME,
          KOPEIKA_HOME: home,
          GATEWAY_PORT: '0',
          RATE_LIMITS: 'off',
          LOG_LEVEL: 'warn',
          DATABASE_URL: postgres.ownerUrl,
          APP_DATABASE_URL: throughProxy(postgres.appUrl, proxy),
        },
        cwd: ROOT,
        say: (line) => said.push(line),
        signal: ending.signal,
      },
      { kill: () => undefined },
    )
    closers.push(() => stack.stop())
    const description: StackDescription = JSON.parse(readFileSync(join(home, 'stack.json'), 'utf8'))
    return { stack: description, postgres, said, close }
  } catch (error) {
    await close()
    throw error
  }
}
