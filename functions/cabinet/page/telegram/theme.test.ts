import { describe, expect, test } from 'vitest'
import { contrastOf } from '../lib/contrast.ts'
import { applyTheme, themeOf } from './theme.ts'

const LIGHT = {
  bg_color: '#ffffff',
  secondary_bg_color: '#f4f4f5',
  section_bg_color: '#ffffff',
  text_color: '#000000',
  hint_color: '#a0a0a6',
  link_color: '#3390ec',
  button_color: '#40a7e3',
  button_text_color: '#ffffff',
  destructive_text_color: '#ff3b30',
}
const DARK = {
  bg_color: '#17212b',
  secondary_bg_color: '#0f1721',
  section_bg_color: '#1e2b38',
  text_color: '#f5f5f5',
  hint_color: '#576b7d',
  link_color: '#2f6ea5',
  button_color: '#5288c1',
  button_text_color: '#ffffff',
}

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
  // an older app tells only of these
  ['light', { bg_color: '#efefef', text_color: '#333333' }],
  // every colour the same
  ['dark', { bg_color: '#101010', text_color: '#101010', hint_color: '#101010', button_color: '#ffffff' }],
] as const)('a %s theme', (scheme, params) => {
  test('is recognised, and everything in it can be read', () => {
    const theme = themeOf(params)
    expect(theme?.scheme).toBe(scheme)
    const colours = theme?.variables ?? {}
    for (const ground of ['--page', '--card']) {
      for (const ink of ['--ink', '--ink-soft', '--accent', '--danger']) {
        expect(
          contrastOf(colours[ink] ?? '', colours[ground] ?? ''),
          `${ink} on ${ground}`,
        ).toBeGreaterThanOrEqual(4.5)
      }
    }
    expect(contrastOf(colours['--button'] ?? '', colours['--on-button'] ?? '')).toBeGreaterThanOrEqual(4.5)
  })
})

test('colours that are good stay as they are', () => {
  const theme = themeOf({ ...LIGHT, link_color: '#0b57a4', button_color: '#0b57a4' })
  expect(theme?.variables).toMatchObject({ '--page': '#f4f4f5', '--card': '#ffffff', '--button': '#0b57a4' })
  expect(theme?.variables['--accent']).toBe('#0b57a4')
})

test.each([
  {},
  { bg_color: '#fff', text_color: '#000' },
  { bg_color: 'red', text_color: 'url(x)' },
  { bg_color: 7 },
])('%j is no theme', (params) => {
  expect(themeOf(params)).toBeUndefined()
})

test('is put on the page as variables', () => {
  const set = new Map<string, string>()
  const root = {
    dataset: {} as DOMStringMap,
    style: { setProperty: (name: string, value: string) => set.set(name, value) },
  } as unknown as HTMLElement
  applyTheme(root, undefined)
  expect(set.size).toBe(0)
  applyTheme(root, themeOf(DARK))
  expect(root.dataset.theme).toBe('dark')
  expect(set.get('--page')).toBe('#0f1721')
})
