import { countTried, findUntried, type RanTest } from '../support/catalogue.ts'
import { CATALOGUE } from './catalogue.ts'
import type { TallyKind, TallyLine } from './support/tally.ts'

/** What the run has tried, in figures that are counted from what ran and passed. */
export const summarize = (
  tests: readonly RanTest[],
  tally: readonly TallyLine[],
  failed: number,
): { text: string; isGood: boolean } => {
  const sum = (kind: TallyKind): number =>
    tally.filter((line) => line.kind === kind).reduce((total, { count }) => total + count, 0)
  const untried = findUntried(CATALOGUE, tests)
  const violations = sum('violations') + failed
  const perOperation = tally
    .filter(({ kind }) => kind === 'crash points')
    .map(({ name, count }) => `    ${name.padEnd(36)} ${count}`)
  const text = [
    'test:money',
    `  sequences of commands     ${sum('sequences')} (${sum('commands')} commands, ${sum('crashes')} of them broken off)`,
    `  crash points tried        ${sum('crash points')}`,
    ...perOperation,
    `  faults tried              ${countTried(CATALOGUE, tests, 'fault')}`,
    `  bad inputs tried          ${countTried(CATALOGUE, tests, 'bad input')}`,
    `  tests                     ${tests.filter(({ status }) => status === 'passed').length} passed, ${failed} failed`,
    ...untried.map((line) => `  NOT TRIED                 ${line}`),
    `  ${violations} violations`,
  ].join('\n')
  return { text, isGood: violations === 0 && untried.length === 0 }
}
