import { expect, test } from 'vitest'
import { findFlaws } from '../support/catalogue.ts'
import { readRepositoryFile } from '../support/read-repository-file.ts'
import { CATALOGUE } from './catalogue.ts'

test('every line has tests, and each of them is there', () => {
  expect(findFlaws(CATALOGUE, readRepositoryFile)).toEqual([])
})
