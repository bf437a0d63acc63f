import { expect, test } from 'vitest'
import { languageIn, readLaunch } from './launch.ts'

const INIT_DATA = 'user=%7B%22id%22%3A1%2C%22language_code%22%3A%22ru%22%7D&auth_date=1&hash=a%2Bb'
const encoded = new URLSearchParams({
  tgWebAppData: INIT_DATA,
  tgWebAppVersion: '9.1',
  tgWebAppThemeParams: '{"bg_color":"#ffffff"}',
}).toString()

test('initData is taken as it was signed, and leaves the address', () => {
  const launch = readLaunch(`#${encoded}`, null)
  expect(launch.initData).toBe(INIT_DATA)
  expect(launch.isTelegram).toBe(true)
  expect(launch.themeParams).toEqual({ bg_color: '#ffffff' })
  expect(launch.hash).toBe('#/')
  expect(languageIn(launch.initData)).toBe('ru')
})

test.each([`#/wallet?${encoded}`, `#/wallet&${encoded}`])('a place before it stays', (hash) => {
  const launch = readLaunch(hash, null)
  expect(launch.initData).toBe(INIT_DATA)
  expect(launch.hash).toBe('#/wallet')
})

test('a reload of the tab finds it again, and a fresh launch goes before', () => {
  const { kept } = readLaunch(`#${encoded}`, null)
  const again = readLaunch('#/settings', kept ?? null)
  expect(again).toMatchObject({ initData: INIT_DATA, isTelegram: true, hash: '#/settings' })
  const fresh = readLaunch('#tgWebAppData=newer', kept ?? null)
  expect(fresh.initData).toBe('newer')
  expect(fresh.themeParams).toEqual({ bg_color: '#ffffff' })
})

test('a log-in link is taken, and leaves the address', () => {
  const launch = readLaunch('#login=a-token', null)
  expect(launch).toMatchObject({ loginToken: 'a-token', initData: undefined, isTelegram: false, hash: '#/' })
  expect(launch.kept).toBeUndefined()
})

test.each([
  ['', null],
  ['#', '[]'],
  ['#/avatars', 'not JSON'],
  ['#login=', '"text"'],
  ['#=&&%', 'null'],
])('%j with %j kept is a browser without anything', (hash, kept) => {
  expect(readLaunch(hash, kept)).toMatchObject({
    initData: undefined,
    loginToken: undefined,
    themeParams: undefined,
    isTelegram: false,
  })
})

test.each([undefined, '', 'user=nonsense', 'user=5', 'user=%7B%22language_code%22%3A7%7D'])(
  'no language is found in %j',
  (initData) => {
    expect(languageIn(initData)).toBeUndefined()
  },
)
