import { findTariff, listTariffs } from '#shared/db/tariff-versions.ts'
import { type CommandGroup, readFlags, UsageError } from './context.ts'

const HELP = `Price lists that were ever in force.

  tariff versions [list]             versions, newest first
  tariff versions show <version>     the prices that a receipt with this version goes by
`

export const tariff: CommandGroup = {
  help: HELP,
  run: async ({ sql, print }, rest) => {
    const [what, action = 'list', version] = readFlags(rest, { words: 3 }).words
    if (what === 'versions' && action === 'list' && version === undefined) {
      const versions = await listTariffs(sql)
      for (const one of versions) print(`${one.version}  since ${one.firstSeenAt.toISOString()}`)
      print(`${versions.length} version(s)`)
    } else if (what === 'versions' && action === 'show' && version !== undefined) {
      const found = await findTariff(sql, version)
      if (!found) throw new UsageError(`There was never a price list of the version ${version}.`)
      print(JSON.stringify(found, undefined, 2))
    } else throw new UsageError(HELP)
  },
}
