import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FluentBundle, FluentResource } from '@fluent/bundle'
import { describe, expect, test } from 'vitest'
import { pickLanguage, READS_RUSSIAN } from '#shared/domain/settings.ts'
import { guessLanguage } from './language.ts'
import { SOURCES, translatorFor } from './translator-for.testing.ts'

const PAGE = join(import.meta.dirname, '..')

/** The text of every message, and the variables in it. */
const messagesOf = (language: 'ru' | 'en'): Map<string, string[]> =>
  new Map(
    SOURCES[language]
      .join('\n')
      .split(/^(?=[a-z][a-z0-9-]* =)/m)
      .flatMap((text) => {
        const id = /^([a-z][a-z0-9-]*) =/.exec(text)?.[1]
        if (id === undefined) return []
        return [[id, [...new Set([...text.matchAll(/\$(\w+)/g)].map(([, name = '']) => name))].toSorted()]]
      }),
  )

/** What the type says that a message takes. */
const declared = (): Map<string, string[]> => {
  const parts = ['frame', 'account', 'wallet', 'files']
  const text = parts.map((part) => readFileSync(join(PAGE, `texts/${part}-messages.ts`), 'utf8')).join('\n')
  const lines = [...text.matchAll(/^ {2}'?([a-z][\w-]*)'?: (None|\{[^}]*\})/gm)]
  return new Map(
    lines.map(([, id = '', names = '']) => [
      id,
      [...names.matchAll(/(\w+):/g)].map(([, name = '']) => name).toSorted(),
    ]),
  )
}

const codeOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('texts') && !name.includes('.test.'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')

test.each(['ru', 'en'] as const)(
  '%s has every message that is declared, with just its variables',
  (language) => {
    expect(declared().size).toBeGreaterThan(150)
    expect(messagesOf(language)).toEqual(declared())
  },
)

test.each(['ru', 'en'] as const)('%s reads without a mistake, each message once', (language) => {
  const bundle = new FluentBundle(language, { functions: { COINS: () => '' } })
  for (const source of SOURCES[language]) {
    expect(bundle.addResource(new FluentResource(source))).toEqual([])
  }
  for (const id of messagesOf(language).keys()) expect(bundle.getMessage(id)?.value, id).not.toBeNull()
})

test('each message is used somewhere, and no other is', () => {
  const code = codeOf(PAGE)
  const ids = [...declared().keys()]
  expect(ids.filter((id) => !code.includes(`'${id}'`))).toEqual([])
  const asked = [...code.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, id = '']) => id)
  expect(asked.length).toBeGreaterThan(150)
  expect(asked.filter((id) => !ids.includes(id))).toEqual([])
})

test('each message can be said with numbers of every kind', () => {
  const samples = { number: [0, 1, 2, 5, 21, 1_234_567], string: ['«слово» & <b>'] }
  for (const language of ['ru', 'en'] as const) {
    const t = translatorFor(language) as unknown as (id: string, values: object) => string
    for (const [id, names] of declared()) {
      for (const count of samples.number) {
        const values = Object.fromEntries(names.map((name) => [name, count]))
        expect(t(id, values), `${language} ${id}`).not.toMatch(/\{|\$|\?\?|^$/)
      }
    }
  }
})

test('English has no Russian letters, and Russian has Russian ones', () => {
  expect(SOURCES.en.join('')).not.toMatch(/\p{Script=Cyrillic}/u)
  const foreign = SOURCES.ru
    .join('\n')
    .split(/^(?=[a-z][a-z0-9-]* =)/m)
    .filter((text) => text.includes(' = ') && !/\p{Script=Cyrillic}/u.test(text))
    .map((text) => /^([\w-]+)/.exec(text)?.[1])
  // a name, numbers alone, a term that stays, and a frame around another text
  expect(foreign).toEqual(['brand', 'document-title', 'telegram-id', 'fact-units', 'fact-held'])
})

describe('coins', () => {
  test.each([
    [1, '1 монета', '1 coin'],
    [2, '2 монеты', '2 coins'],
    [5, '5 монет', '5 coins'],
    [21, '21 монета', '21 coins'],
    [111, '111 монет', '111 coins'],
    [1500, '1 500 монет', '1,500 coins'],
  ])('%d', (count, ru, en) => {
    expect(translatorFor('ru')('coins', { count }).replaceAll(/\s/g, ' ')).toBe(ru)
    expect(translatorFor('en')('coins', { count })).toBe(en)
  })

  test('stand in the case that the sentence asks for', () => {
    const t = translatorFor('ru')
    expect(t('pack-buy', { coins: 21, price: '99 ₽' })).toBe('Купить 21 монету за 99 ₽')
    expect(t('problem-coins', { missing: 3 })).toContain('Не хватает 3 монет.')
  })
})

test.each([
  [['ru-RU'], 'ru'],
  [['uk'], 'ru'],
  [['en-US'], 'en'],
  [['de', 'ru'], 'en'],
  [[undefined, 'ru'], 'ru'],
  [['', 'kk'], 'ru'],
  [[], 'en'],
] as const)('the language for %j is %s', (tags, language) => {
  expect(guessLanguage(...tags)).toBe(language)
})

test('the server addresses the same languages in Russian', () => {
  for (const tag of [...READS_RUSSIAN, 'en', 'de']) expect(guessLanguage(tag)).toBe(pickLanguage(tag))
})
