import { execFileSync } from 'node:child_process'
import { processEnv } from '#shared/platform/env.ts'
import { findProgram } from '../../local/services/find-program.ts'

/** Says which PgBouncer it is. @throws Error where there is none */
export const setup = (): void => {
  const program = findProgram(['pgbouncer'], `${processEnv().PATH ?? ''}:/usr/sbin`)
  if (program === undefined) throw new Error('There is no pgbouncer: apt-get install pgbouncer.')
  const [version] = execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n')
  console.log(version)
}
