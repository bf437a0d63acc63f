import { expect, test } from 'vitest'
import { diffLines } from './diff-lines.ts'

test.each([
  ['nothing', 'a\nb', 'a\nb', ''],
  ['a line more', 'a\nc', 'a\nb\nc', '+b'],
  ['a line less', 'a\nb\nc', 'a\nc', '-b'],
  ['a line changed', 'a\nb\nc', 'a\nB\nc', '-b\n+B'],
  ['everything', 'a', 'b', '-a\n+b'],
])('shows what differs: %s', (_name, before, after, expected) => {
  expect(diffLines(before, after)).toBe(expected)
})
