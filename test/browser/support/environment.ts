import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import { processEnv } from '#shared/platform/env.ts'
import { REPOSITORY } from '../../e2e/support/starter.ts'

const env = processEnv()

/** Where the pictures go: of every page as it should be, and of every test that fails. */
export const SHOTS = resolve(REPOSITORY, env.BROWSER_SHOTS?.trim() || 'build/screens')

/** The browser. @throws Error saying how to get one */
export const chromiumProgram = (): string => {
  const program = env.CHROMIUM?.trim() || '/usr/bin/chromium'
  try {
    accessSync(program, constants.X_OK)
  } catch {
    throw new Error(
      `There is no Chromium at ${program}. Install it (apt-get install chromium), or name one in CHROMIUM.`,
    )
  }
  return program
}
