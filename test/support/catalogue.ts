/** A test by its file, its title as written there (with %s and $name for its cases), and the group it stands in where the title alone fits others. */
export type NamedTest = readonly [file: string, title: string, group?: string]

/** A line of the catalogue of faults and bad inputs, and the tests that meet it. */
export type CatalogueLine = { kind: 'fault' | 'bad input'; line: string; tests: readonly NamedTest[] }

/** A test as a run reports it. */
export type RanTest = { file: string; title: string; groups: readonly string[]; status: string }

export const fault = (line: string, ...tests: NamedTest[]): CatalogueLine => ({ kind: 'fault', line, tests })
export const badInput = (line: string, ...tests: NamedTest[]): CatalogueLine => ({
  kind: 'bad input',
  line,
  tests,
})

/** A title as a test run reports it: what stands for a case may be anything. */
export const patternOf = (title: string): RegExp =>
  new RegExp(
    `^${title
      .split(/%[sdifjo]|\$\w+/)
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.+')}$`,
  )

const fits = (test: RanTest, [file, title, group]: NamedTest): boolean =>
  test.status === 'passed' &&
  test.file === file &&
  (group === undefined || test.groups.includes(group)) &&
  patternOf(title).test(test.title)

const ofKind = (catalogue: readonly CatalogueLine[], kind: CatalogueLine['kind']): CatalogueLine[] =>
  catalogue.filter((line) => line.kind === kind)

/** In words: how many tests of the lines of a kind ran and passed (each case of a table is one), and how many lines there are. */
export const countTried = (
  catalogue: readonly CatalogueLine[],
  tests: readonly RanTest[],
  kind: CatalogueLine['kind'],
): string => {
  const lines = ofKind(catalogue, kind)
  const named = lines.flatMap((line) => line.tests)
  const tried = tests.filter((test) => named.some((one) => fits(test, one)))
  return `${tried.length} (${lines.length} lines of the catalogue)`
}

/** Lines with a test that did not run and pass. */
export const findUntried = (catalogue: readonly CatalogueLine[], tests: readonly RanTest[]): string[] =>
  catalogue
    .filter(({ tests: named }) => named.some((one) => !tests.some((test) => fits(test, one))))
    .map(({ line }) => line)

/** What is wrong with a catalogue itself: lines without a test, lines that stand twice, tests that are not in their files. `read`: a file's text. */
export const findFlaws = (catalogue: readonly CatalogueLine[], read: (file: string) => string): string[] => {
  const lines = catalogue.map(({ line }) => line)
  const isWritten = (text: string, title: string): boolean =>
    ['"', "'", '`'].some((quote) => text.includes(`${quote}${title}${quote}`))
  return [
    ...catalogue.filter(({ tests }) => tests.length === 0).map(({ line }) => `${line}: no test`),
    ...lines.filter((line, index) => lines.indexOf(line) !== index).map((line) => `${line}: there twice`),
    ...catalogue.flatMap(({ line, tests }) =>
      tests
        .filter(([file, ...words]) => words.some((one) => one !== undefined && !isWritten(read(file), one)))
        .map(([file, title]) => `${line}: ${file} has no test "${title}"`),
    ),
  ]
}
