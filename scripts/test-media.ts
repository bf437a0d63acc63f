/** `npm run test:media`: the tests of avatars, transcripts and their store, then what was tried, in figures. Exit 1 when anything failed. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CATALOGUE } from '../test/media/catalogue.ts'
import { countTried, findUntried } from '../test/support/catalogue.ts'
import { readReportFlag, runTests } from './run-tests.ts'

const HELP = `Tests of avatars, transcripts, recordings and the object store.

  npm run test:media [-- --report <file>]

  --report <file>  where the JSON report of vitest goes
  STORAGE_SERVER   minio, seaweedfs or embedded: on which server (default: the first of these that is installed, by scripts/install-*.sh)
  S3_ENDPOINT      or a server that runs already, with S3_ACCESS_KEY and S3_SECRET_KEY
  CRASH_ROUNDS     how often a function is killed at each place (default 20)
`

const main = async (): Promise<number> => {
  const keepReport = readReportFlag(HELP)
  const serverFile = (folder: string): string => join(folder, 'server.txt')
  const options = {
    config: 'test/media/vitest.config.ts',
    keepReport,
    env: (folder: string) => ({ STORAGE_SERVER_NAME_FILE: serverFile(folder) }),
  }
  return runTests(options, ({ code, failed, tests }, folder) => {
    if (!tests) return code
    const file = serverFile(folder)
    const passed = tests.filter(({ status }) => status === 'passed').length
    const untried = findUntried(CATALOGUE, tests)
    const text = [
      'test:media',
      `  server             ${existsSync(file) ? readFileSync(file, 'utf8') : 'none'}`,
      `  cases              ${tests.length}: ${passed} passed, ${failed} failed, ${tests.length - passed - failed} left out for what the server lacks`,
      `  bad inputs tried   ${countTried(CATALOGUE, tests, 'bad input')}`,
      `  faults tried       ${countTried(CATALOGUE, tests, 'fault')}`,
      ...untried.map((line) => `  NOT TRIED          ${line}`),
    ].join('\n')
    process.stdout.write(`\n${text}\n`)
    return code || (untried.length === 0 ? 0 : 1)
  })
}

process.exitCode = await main()
