import { FluentResource } from '@fluent/bundle'
import { describe, expect, test } from 'vitest'
import { SOURCES } from './bundles.ts'
import { BOT_COMMANDS, MESSAGES, type MessageId } from './catalogue.ts'
import type { ArgumentKind, MessageSpec } from './message-spec.ts'
import { formatMessage } from './texts.ts'

const LANGUAGES = ['ru', 'en'] as const
// 5 first: the other arguments are tried beside it, and 0 would hide parts of messages
const NUMBERS = [5, 0, 1, 2, 11, 21, 101, 1_000_000, -5, Number.MAX_SAFE_INTEGER]
const IDS = Object.keys(MESSAGES).filter((id): id is MessageId => Object.hasOwn(MESSAGES, id))
const specOf = (id: MessageId): MessageSpec => MESSAGES[id]

const messagesOf = (language: 'ru' | 'en') =>
  SOURCES[language].flatMap((source) => new FluentResource(source).body)

/** Names of the variables in a parsed pattern, at any depth. */
const variablesIn = (node: unknown): string[] => {
  if (Array.isArray(node)) return node.flatMap(variablesIn)
  if (typeof node !== 'object' || node === null) return []
  const name = 'type' in node && node.type === 'var' && 'name' in node ? [String(node.name)] : []
  return [...name, ...Object.values(node).flatMap(variablesIn)]
}

const samples = (kind: ArgumentKind, line: string): (string | number | null)[] => {
  if (typeof kind !== 'string') return [...kind]
  if (kind === 'number') return NUMBERS
  if (kind === 'number?') return [null, ...NUMBERS]
  return kind === 'line?' ? [null, line] : [line]
}

/** Every argument walks through all its samples while the others stand at their first. */
const sampleValues = (id: MessageId, line: string): Record<string, string | number | null>[] => {
  const entries = Object.entries(specOf(id).arguments).map(
    ([name, kind]) => [name, samples(kind, line)] as const,
  )
  const first = Object.fromEntries(entries.map(([name, values]) => [name, values[0] ?? null]))
  return [first, ...entries.flatMap(([name, values]) => values.map((value) => ({ ...first, [name]: value })))]
}

/** Every opened tag is closed, in order; Telegram refuses the whole message otherwise. */
const brokenTag = (html: string): string | undefined => {
  const open: string[] = []
  for (const [tag, slash, name] of html.matchAll(/<(\/?)([^>]*)>/g)) {
    if (!['b', 'i', 'code'].includes(name ?? '')) return tag
    if (slash === '') open.push(name ?? '')
    else if (open.pop() !== name) return tag
  }
  return open[0]
}

describe.each(LANGUAGES)('%s', (language) => {
  test('has exactly the messages of the catalogue, each once', () => {
    // A message with a syntax error is silently left out by Fluent, and is missed here.
    expect(
      messagesOf(language)
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...IDS].sort())
  })

  test.each(IDS)('%s takes exactly its arguments', (id) => {
    const message = messagesOf(language).find((candidate) => candidate.id === id)
    expect([...new Set(variablesIn([message?.value, message?.attributes]))].sort()).toEqual(
      Object.keys(specOf(id).arguments).sort(),
    )
  })

  test.each(IDS)('%s is well formed with any values', (id) => {
    const { format, maxLength } = specOf(id)
    for (const values of sampleValues(id, 'Отчёт <&> "июль"')) {
      const message = formatMessage(language, id, values)
      expect(message, JSON.stringify(values)).not.toMatch(/[{}]|undefined|NaN|\?\?\?| {2}|\n{3}|^\s|\s$| \n/)
      expect(message).not.toBe('')
      expect(message.length).toBeLessThanOrEqual(maxLength)
      if (format === 'html') expect(brokenTag(message)).toBeUndefined()
      else if (id !== 'transcript-open') expect(message.replaceAll('<&>', '')).not.toMatch(/[<>]|&amp;/)
    }
  })

  test.each(IDS)('%s stays within its limit with the longest values', (id) => {
    const { format, maxLength } = specOf(id)
    for (const value of ['&'.repeat(5_000), 'Я'.repeat(5_000), '👩‍👩‍👧'.repeat(900)]) {
      for (const values of sampleValues(id, value)) {
        const message = formatMessage(language, id, values)
        expect(message.length).toBeLessThanOrEqual(maxLength)
        if (format === 'html') expect(message).not.toMatch(/&(?!amp;|lt;|gt;|quot;)/)
      }
    }
  })

  test.each(IDS)('%s says something else for each word it chooses by', (id) => {
    for (const [name, kind] of Object.entries(specOf(id).arguments)) {
      if (typeof kind === 'string') continue
      const [first] = sampleValues(id, 'x')
      const said = kind.map((word) => formatMessage(language, id, { ...first, [name]: word }))
      expect(new Set(said).size).toBe(kind.length)
    }
  })
})

test('English has no Cyrillic but the names of the languages; Russian is Russian', () => {
  const named = new Set([
    'language-choose',
    'command-language',
    'button-language',
    'language-name',
    'settings-title',
  ])
  for (const id of IDS) {
    const [values] = sampleValues(id, 'x')
    const english = formatMessage('en', id, values ?? {})
    if (!named.has(id)) expect(english, id).not.toMatch(/\p{Script=Cyrillic}/u)
    const russian = formatMessage('ru', id, values ?? {})
    const isPattern = [
      'transcript-open',
      'settings-value',
      'zone-button',
      'transcript-button-file',
      'transcript-file',
      'transcript-found',
      'pack-button',
      'transcript-show',
      'transcripts-line',
    ].includes(id)
    if (!isPattern) expect(russian, id).toMatch(/\p{Script=Cyrillic}/u)
  }
})

test('every command has a description that the Bot API takes', () => {
  for (const command of BOT_COMMANDS) {
    expect(command).toMatch(/^[a-z0-9_]{1,32}$/)
    for (const language of LANGUAGES) {
      const { length } = formatMessage(language, `command-${command}`, {})
      expect(length).toBeGreaterThanOrEqual(3)
      expect(length).toBeLessThanOrEqual(256)
    }
  }
})

test('commands named in texts exist', () => {
  const known = new Set<string>(BOT_COMMANDS)
  const named = [...SOURCES.ru, ...SOURCES.en].flatMap((source) =>
    Array.from(source.matchAll(/(?<![<\w])\/([a-z]+)/g), ([, command]) => command ?? ''),
  )
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((command) => !known.has(command))).toEqual([])
})
