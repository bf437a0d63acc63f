import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takeNumber } from './state.ts'
import { openStore } from './store.ts'
import { createTestBot } from './test-bot.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'telegram-store-'))
  file = join(folder, 'deep', 'state.jsonl')
})

afterEach(() => rmSync(folder, { recursive: true }))

test('rows survive, also where nobody closed the file', () => {
  const table = openStore(file).table<{ n: number }>('numbers')
  table.set('a', { n: 1 })
  table.set('b', { n: 2 })
  table.set('a', { n: 3 })
  table.delete('b')
  const reopened = openStore(file).table<{ n: number }>('numbers')
  expect([...reopened.values()]).toEqual([{ n: 3 }])
})

test('opening leaves one line for each row', () => {
  const store = openStore(file)
  const table = store.table<number>('numbers')
  for (let count = 0; count < 100; count += 1) table.set('a', count)
  store.close()
  openStore(file).close()
  expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(2)
})

test('a line cut off by a kill is forgotten, and update ids jump ahead', () => {
  const bot = createTestBot({ stateFile: file })
  const updateId = bot.say(bot.person(), 'x').updateId ?? 0
  appendFileSync(file, '{"table":"counters","key":"upd')
  const again = createTestBot({ stateFile: file })
  expect(takeNumber(again.state, 'updateId')).toBeGreaterThan(updateId + 1000)
})

test.each([
  ['empty', ''],
  ['of something else', '{"a":1}\n'],
  ['with a broken line', '{"kopeikaTelegramSimulator":1}\n{"table":\n{"table":"a","key":"b"}\n'],
  ['with a line that is no row', '{"kopeikaTelegramSimulator":1}\n[]\n'],
])('a file %s is refused in one sentence', (_name, content) => {
  openStore(file).close()
  writeFileSync(file, content)
  expect(() => openStore(file)).toThrow(/^The Telegram simulator's state file .* is damaged: delete it/)
})
