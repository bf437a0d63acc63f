import { z } from 'zod'
import { listUnmatched } from '#shared/db/provider-entries.ts'
import { listRuns } from '#shared/db/reconcile-runs.ts'
import { callFunction } from './call.ts'
import { type CommandGroup, type Context, readFlags, UsageError } from './context.ts'
import { plainSum } from './money-text.ts'

const HELP = `The providers' books against ours, the ledger against the balances, stored objects against their rows.

  reconcile                 does it now, all of it, and prints what it found (exit 1 where something needs you)
  reconcile status          the last runs, and the lines that somebody must look at
`

const Report = z.looseObject({
  payments: z.looseObject({
    checked: z.number(),
    credited: z.number(),
    reversed: z.number(),
    unmatched: z.number(),
  }),
  ledger: z.looseObject({ users: z.number(), drift: z.number() }),
  objects: z.looseObject({ orphans: z.number(), missing: z.number() }),
})

const printUnmatched = async ({ sql, print }: Context): Promise<number> => {
  const lines = await listUnmatched(sql, 100)
  for (const line of lines) {
    const { provider, direction, occurredAt, amount, currency, chargeId, reason, paymentId } = line
    print(
      `  ${occurredAt.toISOString()}  ${provider} ${direction}  ${plainSum(amount, currency)} ${currency}  ${reason}  charge ${chargeId}${paymentId === null ? '' : `  payment ${paymentId}`}`,
    )
  }
  return lines.length
}

const now = async (context: Context): Promise<void> => {
  const { print } = context
  const { payments, ledger, objects } = await callFunction(
    context.target,
    { functionName: 'reconcile', path: '/' },
    Report,
  )
  print(
    `payments: ${payments.checked} line(s) looked at, ${payments.credited} credited, ${payments.reversed} reversed, ${payments.unmatched} unmatched`,
  )
  print(`ledger: ${ledger.users} wallet(s), ${ledger.drift} with a drift`)
  print(`objects: ${objects.orphans} without a row removed, ${objects.missing} missing`)
  await printUnmatched(context)
  if (payments.unmatched > 0 || ledger.drift > 0 || objects.missing > 0) process.exitCode = 1
}

const SummaryPart = Report.partial()

const status = async (context: Context): Promise<void> => {
  const { sql, print } = context
  for (const run of await listRuns(sql, { limit: 10 })) {
    const { payments, ledger, objects } = SummaryPart.safeParse(run.report ?? {}).data ?? {}
    const isWhole = run.report?.incomplete !== true
    const end =
      run.finishedAt === null ? 'not finished' : (run.failure ?? (isWhole ? 'ok' : 'incomplete, goes on'))
    const figures = payments
      ? `credited ${payments.credited}, reversed ${payments.reversed}, unmatched ${payments.unmatched ?? '?'}`
      : ''
    print(
      `${run.startedAt.toISOString()}  ${run.kind.padEnd(7)} by ${run.actor}  ${figures}${ledger ? `, ${ledger.users} wallet(s), ${ledger.drift} with a drift` : ''}${objects ? `, objects: ${objects.orphans} removed, ${objects.missing} missing` : ''}  ${end}`,
    )
  }
  print('unmatched lines:')
  const count = await printUnmatched(context)
  if (count === 0) print('  none')
}

export const reconcile: CommandGroup = {
  help: HELP,
  run: async (context, rest) => {
    const { words } = readFlags(rest, { words: 1 })
    if (words.length === 0) await now(context)
    else if (words[0] === 'status') await status(context)
    else throw new UsageError(HELP)
  },
}
