import { expect, test } from 'vitest'

type Texts = Record<'ru' | 'en', Record<string, unknown>>

/** The page's own modules are plain JavaScript: the compiler knows nothing of them. */
const readTexts = async (): Promise<Texts> => {
  const url = new URL('./page/texts.js', import.meta.url).href
  const { TEXTS } = (await import(/* @vite-ignore */ url)) as { TEXTS: Texts }
  return TEXTS
}

test('every text of the chat page exists in both languages', async () => {
  const { ru, en } = await readTexts()
  expect(Object.keys(ru)).toEqual(Object.keys(en))
  expect(Object.keys(ru.errors ?? {})).toEqual(Object.keys(en.errors ?? {}))
})

test('Russian is Russian: a text without a Russian letter was forgotten', async () => {
  const { ru } = await readTexts()
  // the button that leads to the other language is named in it
  const texts = Object.entries(ru).filter(([key, text]) => typeof text === 'string' && key !== 'interface')
  expect(texts.filter(([, text]) => !/[а-яё]/i.test(String(text)))).toEqual([])
})
