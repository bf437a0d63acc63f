import { expect, test } from 'vitest'
import { toCsv } from './csv.ts'

const lines = (rows: Record<string, unknown>[]): string[] => toCsv(rows).slice(1).trimEnd().split('\r\n')

test('columns of all rows together, in the order in which they come', () => {
  expect(
    lines([
      { id: 1, name: 'a' },
      { id: 2, more: true },
    ]),
  ).toEqual(['id,name,more', '1,a,', '2,,true'])
})

test.each<[string, unknown, string]>([
  ['a comma', 'a,b', '"a,b"'],
  ['quotes', 'say "yes"', '"say ""yes"""'],
  ['lines', 'one\ntwo', '"one\ntwo"'],
  ['nothing', null, ''],
  ['an object', { a: [1, 2] }, '"{""a"":[1,2]}"'],
  ['a negative number', -5, '-5'],
  ['a formula', '=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
  ['a sign in front', '+7 900', "'+7 900"],
  ['an at sign', '@somebody', "'@somebody"],
  ['Russian', 'Привет', 'Привет'],
])('%s', (_what, value, cell) => {
  expect(toCsv([{ value }]).slice(1)).toBe(`value\r\n${cell}\r\n`)
})

test('no rows are an empty table that spreadsheets open', () => {
  expect(toCsv([])).toBe('\uFEFF\r\n')
})
