import { mkdirSync, rmSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import type { StackDescription } from '../../local/stack-file.ts'
import { cleanUp, makeHome, pressCtrlC, startStack } from '../e2e/support/starter.ts'
import { chromiumProgram, SHOTS } from './support/environment.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    stack: StackDescription
  }
}

/** One stack for all files, as `npm start` gives it. Says at once where there is no browser to open it in. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  chromiumProgram()
  rmSync(SHOTS, { recursive: true, force: true })
  mkdirSync(SHOTS, { recursive: true })
  try {
    const running = await startStack(makeHome())
    project.provide('stack', running.stack)
    return async () => {
      await pressCtrlC(running)
      await cleanUp()
    }
  } catch (error) {
    await cleanUp()
    throw error
  }
}
