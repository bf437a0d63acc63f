import { expect, test } from 'vitest'
import { createStore } from './store.ts'
import { bytesOf, isBlank, NO_DRAFT, readTextFile } from './text-file.ts'

const fileOf = (name: string, bytes: Uint8Array<ArrayBuffer> | string): File => new File([bytes], name)
const CP1251 = Uint8Array.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2, 0x2c, 0x20, 0xec, 0xe8, 0xf0])

test.each([
  ['Планёрка.txt', 'text', 'Планёрка'],
  ['talk.en.SRT', 'srt', 'talk.en'],
  ['talk.vtt', 'vtt', 'talk'],
  ['notes.json', 'json', 'notes'],
])('%s is read as %s', async (name, format, title) => {
  expect(await readTextFile(fileOf(name, 'текст'))).toEqual({ text: 'текст', format, title })
})

test('a file of Windows is read too', async () => {
  expect((await readTextFile(fileOf('a.txt', CP1251)))?.text).toBe('Привет, мир')
})

test.each([
  ['a picture by name', 'a.png', 'text'],
  ['no extension', 'README', 'text'],
  ['a name from every object', 'a.constructor', 'text'],
  ['a picture inside', 'a.txt', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13])],
])('%s is no text', async (_name, name, content) => {
  expect(await readTextFile(fileOf(name, content))).toBeUndefined()
})

test('a name of a thousand letters becomes a title that is taken', async () => {
  const read = await readTextFile(fileOf(`${'😀'.repeat(300)}.txt`, 'x'))
  expect(Array.from(read?.title ?? '')).toHaveLength(200)
  expect(read?.title.isWellFormed()).toBe(true)
})

test('a draft is blank until something is typed, and is measured as it is sent', () => {
  expect(isBlank(NO_DRAFT)).toBe(true)
  expect(isBlank({ ...NO_DRAFT, title: ' \n' })).toBe(true)
  expect(isBlank({ ...NO_DRAFT, text: 'x' })).toBe(false)
  expect(bytesOf({ ...NO_DRAFT, text: 'ё\n' })).toBe(6)
})

test('a store tells its watchers of changes only, and not those that have left', () => {
  const store = createStore(1)
  const seen: number[] = []
  const leave = store.watch(() => seen.push(store.get()))
  store.set(1)
  store.set(2)
  leave()
  leave()
  store.set(3)
  expect(seen).toEqual([2])
})
