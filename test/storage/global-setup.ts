import type { TestProject } from 'vitest/node'
import { processEnv } from '#shared/platform/env.ts'
import { holdServers } from '../support/global-setup.ts'

/** PostgreSQL, Redis and the S3 server that STORAGE_SERVER or S3_ENDPOINT asks for. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> =>
  holdServers(project, { TEST_STORAGE: processEnv().STORAGE_SERVER || 'auto' })
