import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { CATALOGUE, patternOf } from './catalogue.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const read = (file: string): string =>
  existsSync(`${ROOT}${file}`) ? readFileSync(`${ROOT}${file}`, 'utf8') : ''

test('every test that the catalogue counts is there', () => {
  const missing = CATALOGUE.flatMap(({ line, tests }) =>
    tests
      .filter(
        ([file, title]) => !['"', "'", '`'].some((quote) => read(file).includes(`${quote}${title}${quote}`)),
      )
      .map(([file, title]) => `${line}: ${file} has no test "${title}"`),
  )
  expect(missing).toEqual([])
})

test('no line is without a test, none is there twice', () => {
  expect(CATALOGUE.filter(({ tests }) => tests.length === 0)).toEqual([])
  const lines = CATALOGUE.map(({ line }) => line)
  expect(new Set(lines).size).toBe(lines.length)
})

test('a title fits its cases, and nothing else', () => {
  expect('refuses an unknown pack').toMatch(patternOf('refuses %s'))
  expect('a charge: the effect is there once').toMatch(patternOf('$name: the effect is there once'))
  expect('400: 2^63').toMatch(patternOf('400: %s'))
  expect('answers').not.toMatch(patternOf('refuses %s'))
  expect('a (b').toMatch(patternOf('a (b'))
})
