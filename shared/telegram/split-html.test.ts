import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeHtml } from './html.ts'
import { splitHtml } from './split-html.ts'

const visible = (html: string): string => html.replace(/<[^>]*>/g, '').replace(/\s/g, '')

/** Whether every tag is closed in order, and every entity whole. */
const isWellFormed = (html: string): boolean => {
  const open: string[] = []
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z]+)[^>]*>/g)) {
    if (slash === '') open.push(name)
    else if (open.pop() !== name) return false
  }
  return open.length === 0 && !/&(?!(?:amp|lt|gt|quot);)/.test(html) && html.isWellFormed()
}

describe('splitHtml', () => {
  test.each([
    ['short', 10, ['short']],
    ['', 10, []],
    [' \n ', 10, []],
    ['<b> </b>', 10, []],
    ['one two three', 8, ['one two', 'three']],
    ['one two\nthree four', 14, ['one two', 'three four']],
    ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['abc&amp;def', 5, ['abc', '&amp;', 'def']],
    ['😀😀😀', 5, ['😀😀', '😀']],
    ['<b>one two</b> three', 12, ['<b>one</b>', '<b>two</b>', 'three']],
    ['<b>one <i>two three</i></b>', 22, ['<b>one <i>two</i></b>', '<b><i>three</i></b>']],
    ['a < b and c', 6, ['a < b', 'and c']],
  ])('%j in %i', (html, limit, parts) => {
    expect(splitHtml(html, limit)).toEqual(parts)
  })

  test('prefers a line end to the word ends after it', () => {
    const lines = Array.from({ length: 200 }, (_, index) => `line ${index} with some words`)
    const parts = splitHtml(lines.join('\n'))
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.flatMap((part) => part.split('\n'))).toEqual(lines)
  })

  test('loses nothing, cuts nothing apart, and keeps to the limit', () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }).map(escapeHtml),
      fc.constantFrom(
        ' ',
        '\n',
        '&amp;',
        '<b>bold text</b>',
        '<i><u>deep</u> er</i>',
        '<a href="https://x.org/?a=1&amp;b=2">link</a>',
      ),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), fc.integer({ min: 70, max: 200 }), (words, limit) => {
        const html = words.join('')
        const parts = splitHtml(html, limit)
        expect(parts.map(visible).join('')).toBe(visible(html))
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(limit)
          expect(isWellFormed(part)).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('ends for any input, also for tags longer than the limit', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '/', 'b', '&', ';', ' ', '\n', 'x') }),
        fc.integer({ min: 1, max: 10 }),
        (html, limit) => {
          expect(splitHtml(html, limit).length).toBeLessThanOrEqual(html.length)
        },
      ),
    )
  })
})

test('escapeHtml leaves nothing that could be a tag, an attribute or an entity', () => {
  expect(escapeHtml('<b>"Tom" & Jerry</b>')).toBe('&lt;b&gt;&quot;Tom&quot; &amp; Jerry&lt;/b&gt;')
})
