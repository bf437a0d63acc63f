/** `npm run drill`: destroys a house and brings it back from its backup; exit 1 where anything is not as it was. */
import { parseArgs } from 'node:util'
import { runDrill } from './drill/drill.ts'

const HELP = `The whole disaster on servers of its own: load, back up, destroy PostgreSQL's data folder, Redis and the bucket of avatars, recover on
an empty machine from the buckets and the recovery key alone, and prove that nothing differs. Prints RPO and RTO.

  npm run drill [-- --people <n>] [--transactions <n>] [--avatars <n>]

Defaults: 1000 people, 10000 transactions, 50 avatars. The long one: --people 100000 --transactions 1000000 --avatars 1000
`

const whole = (text: string, name: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1.`)
  return value
}

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      people: { type: 'string', default: '1000' },
      transactions: { type: 'string', default: '10000' },
      avatars: { type: 'string', default: '50' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const sizes = {
    people: whole(values.people, 'people'),
    transactions: whole(values.transactions, 'transactions'),
    avatars: whole(values.avatars, 'avatars'),
  }
  return (await runDrill(sizes, console.log)) === 0 ? 0 : 1
}

try {
  process.exit(await main())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`)
  process.exit(1)
}
