import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** One charge as plain SQL: balance and ledger row in one statement. What any way of charging costs the server at least. */
const scriptOf = (where: string): string => `
with moved as (
  update user_balances set coins = coins - 1, updated_at = now()
  where user_id = (${where}) and coins - held >= 1 returning user_id, coins
) insert into transactions (user_id, amount, type, description, balance_after, actor)
  select user_id, -1, 'charge', 'bench', coins, 'bench' from moved;
`

/** Charges a second by pgbench with so many clients, or undefined where it is not installed. */
export const runPgbench = async (options: {
  databaseUrl: string
  clients: number
  seconds: number
  /** The first of the people's Telegram ids and how many follow it. */
  first: number
  people: number
}): Promise<number | undefined> => {
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-pgbench-'))
  try {
    const script = join(folder, 'charge.sql')
    const pick = `select id from users where telegram_id = :person`
    writeFileSync(
      script,
      `\\set person random(${options.first}, ${options.first + options.people - 1})\n${scriptOf(pick)}`,
    )
    const { clients, seconds } = options
    const args = ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(Math.ceil(seconds))]
    const { stdout } = await run('pgbench', [...args, '-f', script, options.databaseUrl])
    const tps = /tps = ([\d.]+)/.exec(stdout)?.[1]
    return tps === undefined ? undefined : Number(tps)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
