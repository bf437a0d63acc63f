import { writeFileSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { processEnv } from '#shared/platform/env.ts'
import { holdServers } from '../support/global-setup.ts'

/** PostgreSQL, Redis and the S3 server that STORAGE_SERVER or S3_ENDPOINT asks for; its name goes into a file where one is asked for. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const env = processEnv()
  const stop = await holdServers(project, { TEST_STORAGE: env.STORAGE_SERVER || 'auto' })
  const { name, version } = project.getProvidedContext().servers.storageServer
  if (env.STORAGE_SERVER_NAME_FILE) writeFileSync(env.STORAGE_SERVER_NAME_FILE, `${name}, ${version}`)
  return stop
}
