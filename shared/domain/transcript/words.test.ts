import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeSnippet } from './snippet.ts'
import { findHits, hasAllWords, listWords, parseQuery } from './words.ts'

const isFound = (text: string, query: string): boolean => hasAllWords(parseQuery(query), listWords(text))

describe('a search', () => {
  it.each([
    ['Ёлка и ёж', 'елка'],
    ['ЕЛКА', 'ёлк'],
    ['Hello, World!', 'WORLD hel'],
    ['дом-музей', 'музей дом'],
    ['№ 5: в 10:45', '45 10'],
    ['встреча в пятницу', 'в встр'],
    ['naïve café', 'café'],
    ['и\u0306од', 'йо'],
    ['a'.repeat(100), 'a'.repeat(70)],
    ['слово', 'с'],
  ])('in %j finds %j', (text, query) => {
    // texts are kept in NFC
    expect(isFound(text.normalize('NFC'), query)).toBe(true)
  })

  it.each([
    ['договоры', 'оговор'],
    ['договоры подписаны', 'договор подписаны'],
    ['мой дом', 'моя дом'],
    ['один два', 'один два три'],
    ['й', 'и'],
  ])('in %j does not find %j', (text, query) => {
    expect(isFound(text, query)).toBe(false)
  })

  it('takes a list as its bytes too', () => {
    const list = Buffer.from(listWords('первый второй'))
    expect(hasAllWords(parseQuery('первый вто'), list)).toBe(true)
    expect(hasAllWords(parseQuery('первый четв'), list)).toBe(false)
  })

  it.each(['', ' \n', '—!?', 'а б в г д е ж з и к л м н о п р с'])('%j is refused', (query) => {
    expect(() => parseQuery(query)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })

  it('finds any words that were taken from the text, and shows one of them', () => {
    const word = fc.string({ unit: fc.constantFrom(...'абвёЖz1'), minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 200 }), fc.nat(), fc.nat(), (words, i, j) => {
        const text = words.join(' ')
        const [one = '', two = ''] = [words[i % words.length], words[j % words.length]]
        expect(isFound(text, `${one} ${two}`)).toBe(true)
        const snippet = makeSnippet(text, parseQuery(`${one} ${two}`))
        expect(snippet.hits.length).toBeGreaterThan(0)
        expect(snippet.text.length).toBeLessThan(350)
      }),
    )
  })

  it('takes a moment for a text of a million characters', () => {
    const text = 'слово за словом '.repeat(62_500)
    const started = performance.now()
    const list = listWords(text)
    expect(list).toBe('\nза\nслово\nсловом\n')
    expect(Array.from(findHits(parseQuery('слово'), 'слово за словом')).map(({ start }) => start)).toEqual([
      0, 9,
    ])
    makeSnippet(text, parseQuery('нет'))
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})

describe('a snippet', () => {
  const filler = 'слова вокруг да около '.repeat(50)

  it('shows the hit in the middle of a long text, on one line', () => {
    const { text, hits } = makeSnippet(`${filler}\nвот\n\nИголка   здесь ${filler}`, parseQuery('игол'))
    expect(text).toMatch(/^….+ вот Иголка здесь .+…$/)
    expect(hits.map(({ start, end }) => text.slice(start, end))).toEqual(['Иголка'])
    expect(text.length).toBeLessThan(320)
  })

  it('prefers the place where the words stand together', () => {
    const { text } = makeSnippet(
      `синий ${filler} кит ${filler} это синий кит ${filler}`,
      parseQuery('синий кит'),
    )
    expect(text).toContain('это синий кит')
  })

  it('is the beginning where only the title has it, and the whole of a short text', () => {
    expect(makeSnippet('короткий текст', parseQuery('титул'))).toEqual({ text: 'короткий текст', hits: [] })
    expect(makeSnippet(filler, parseQuery('титул')).text).toMatch(/^слова вокруг .+…$/)
  })

  it('cuts no character in half', () => {
    const text = makeSnippet(`${'🙂'.repeat(500)}мир${'🙂'.repeat(500)}`, parseQuery('мир')).text
    expect(text.isWellFormed()).toBe(true)
    expect(text).toContain('мир')
  })
})
