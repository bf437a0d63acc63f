import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packTar, unpackTar } from './tar.ts'

const FILES = [
  { name: 'migrations/0001-people.sql', text: 'create table people (id int);\n' },
  { name: 'empty.sql', text: '' },
  { name: 'block', text: 'x'.repeat(512) },
  { name: 'beyond', text: 'Ж'.repeat(300) },
  { name: 'n'.repeat(100), text: 'the longest name' },
]

test('what was packed comes out again, whatever its length', () => {
  const tar = packTar(FILES)
  expect(tar.length % 512).toBe(0)
  expect(unpackTar(tar)).toEqual(FILES)
  expect(unpackTar(packTar([]))).toEqual([])
})

test('any tar program opens it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-tar-'))
  try {
    writeFileSync(join(folder, 'kit.tar'), packTar(FILES))
    const listed = execFileSync('tar', ['-tf', 'kit.tar'], { cwd: folder, encoding: 'utf8' })
    expect(listed.trim().split('\n')).toEqual(FILES.map(({ name }) => name))
    execFileSync('tar', ['-xf', 'kit.tar'], { cwd: folder })
    for (const { name, text } of FILES) expect(readFileSync(join(folder, name), 'utf8')).toBe(text)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a name that has no room is an error, and never a shorter one', () => {
  expect(() => packTar([{ name: 'n'.repeat(101), text: '' }])).toThrow(RangeError)
  expect(() => packTar([{ name: 'Ж'.repeat(51), text: '' }])).toThrow(RangeError)
})
