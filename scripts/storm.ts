/** `npm run storm`: a payment storm on a stack of its own; exit 1 when the books do not close afterwards. */
import { parseArgs } from 'node:util'
import { runStorm } from '../test/money/storm/storm.ts'

const HELP = `A payment storm: people buy, spend, hold and refund while functions and PostgreSQL are killed, lines are cut at COMMIT, and webhooks
are lost, doubled and reordered. Afterwards the invariants of money are checked against the providers' books.

  npm run storm [-- --minutes <n>] [--seed <n>]

  --minutes  how long it rages (default 5; 0.5 = 30 s); about two more until everything has arrived and is checked
  --seed     the choices of an earlier storm
`

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '5' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const seconds = Number(values.minutes) * 60
  const seed = Number(values.seed)
  if (!(seconds >= 5 && seconds <= 7200)) throw new Error('--minutes must be a number from 0.1 to 120.')
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('--seed must be a whole number.')
  const violations = await runStorm({ seconds, seed, print: (line) => console.log(line) })
  return violations.length === 0 ? 0 : 1
}

try {
  process.exit(await main())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`)
  process.exit(1)
}
