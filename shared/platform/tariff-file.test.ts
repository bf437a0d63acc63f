import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadTariff } from './tariff-file.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kopeika-tariff-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test("the repository's own price list is good", () => {
  const tariff = loadTariff(fileURLToPath(new URL('../../tariff.yml', import.meta.url)))
  expect(tariff.services.avatar?.coins).toBeGreaterThan(0)
})

test.each([
  ['is missing', undefined],
  ['is no YAML', 'version: [1'],
  ['lacks everything', 'version: "1"'],
])('the start is refused with the name of the file when it %s', (_what, text) => {
  const path = join(folder, 'tariff.yml')
  rmSync(path, { force: true })
  if (text !== undefined) writeFileSync(path, text)
  expect(() => loadTariff(path)).toThrow(`The tariff file ${path} cannot be used`)
})
