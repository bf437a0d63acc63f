import { processEnv } from '#shared/platform/env.ts'
import { findWatchdog } from '../../local/watchdog.ts'

/** Nothing is started where there is no of-watchdog to start it behind. @throws Error that says how it is installed */
export const setup = (): void => void findWatchdog(processEnv())
