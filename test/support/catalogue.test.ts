import { expect, test } from 'vitest'
import { badInput, countTried, findFlaws, findUntried, patternOf } from './catalogue.ts'

const FILE = 'a.test.ts'
const ran = (title: string, status = 'passed', groups = ['refuses']) => ({
  file: FILE,
  title,
  groups,
  status,
})

test('a title fits its cases, and nothing else', () => {
  expect('refuses an unknown pack').toMatch(patternOf('refuses %s'))
  expect('a charge: the effect is there once').toMatch(patternOf('$name: the effect is there once'))
  expect('400: 2^63').toMatch(patternOf('400: %s'))
  expect('answers').not.toMatch(patternOf('refuses %s'))
  expect('a (b').toMatch(patternOf('a (b'))
})

test('what ran and passed counts, in its group', () => {
  const catalogue = [badInput('a line', [FILE, '%s', 'refuses'])]
  const tests = [ran('one'), ran('two'), ran('three', 'failed'), ran('four', 'passed', ['takes'])]
  expect(countTried(catalogue, tests, 'bad input')).toBe('2 (1 lines of the catalogue)')
  expect(countTried(catalogue, tests, 'fault')).toBe('0 (0 lines of the catalogue)')
  expect(findUntried(catalogue, tests)).toEqual([])
  expect(findUntried(catalogue, [ran('three', 'failed')])).toEqual(['a line'])
})

test('a catalogue that names what is not there is found out', () => {
  const read = (file: string): string => (file === FILE ? "describe('refuses', () => test('one'" : '')
  expect(findFlaws([badInput('a line', [FILE, 'one', 'refuses'])], read)).toEqual([])
  const flawed = [
    badInput('none'),
    badInput('gone', [FILE, 'two']),
    badInput('no group', [FILE, 'one', 'takes']),
    badInput('none', [FILE, 'one']),
  ]
  expect(findFlaws(flawed, read)).toEqual([
    'none: no test',
    'none: there twice',
    'gone: a.test.ts has no test "two"',
    'no group: a.test.ts has no test "one"',
  ])
})
