import { CATALOGUE, type CatalogueLine, patternOf } from './catalogue.ts'
import type { TallyKind, TallyLine } from './support/tally.ts'

export type RanTest = { file: string; title: string; status: string }

/** How many tests of these lines ran and passed: each case of a table is one. */
const countTried = (tests: readonly RanTest[], kind: CatalogueLine['kind']): number => {
  const named = CATALOGUE.filter((line) => line.kind === kind).flatMap((line) => line.tests)
  const patterns = named.map(([file, title]) => ({ file, pattern: patternOf(title) }))
  return tests.filter(
    (test) =>
      test.status === 'passed' &&
      patterns.some(({ file, pattern }) => file === test.file && pattern.test(test.title)),
  ).length
}

/** Lines of the catalogue without a test that ran and passed. */
const findUntried = (tests: readonly RanTest[]): string[] =>
  CATALOGUE.filter(({ tests: named }) =>
    named.some(
      ([file, title]) =>
        !tests.some(
          (test) => test.status === 'passed' && test.file === file && patternOf(title).test(test.title),
        ),
    ),
  ).map(({ line }) => line)

/** What the run has tried, in figures that are counted from what ran and passed. */
export const summarize = (
  tests: readonly RanTest[],
  tally: readonly TallyLine[],
  failed: number,
): { text: string; isGood: boolean } => {
  const sum = (kind: TallyKind): number =>
    tally.filter((line) => line.kind === kind).reduce((total, { count }) => total + count, 0)
  const lines = (kind: CatalogueLine['kind']): number => CATALOGUE.filter((one) => one.kind === kind).length
  const untried = findUntried(tests)
  const violations = sum('violations') + failed
  const perOperation = tally
    .filter(({ kind }) => kind === 'crash points')
    .map(({ name, count }) => `    ${name.padEnd(36)} ${count}`)
  const text = [
    'test:money',
    `  sequences of commands     ${sum('sequences')} (${sum('commands')} commands, ${sum('crashes')} of them broken off)`,
    `  crash points tried        ${sum('crash points')}`,
    ...perOperation,
    `  faults tried              ${countTried(tests, 'fault')} (${lines('fault')} lines of the catalogue)`,
    `  bad inputs tried          ${countTried(tests, 'bad input')} (${lines('bad input')} lines of the catalogue)`,
    `  tests                     ${tests.filter(({ status }) => status === 'passed').length} passed, ${failed} failed`,
    ...untried.map((line) => `  NOT TRIED                 ${line}`),
    `  ${violations} violations`,
  ].join('\n')
  return { text, isGood: violations === 0 && untried.length === 0 }
}
