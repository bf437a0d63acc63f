import { isDark, parseColor, readableOn } from '../lib/contrast.ts'

/** Colours of the person's Telegram (core.telegram.org/bots/webapps#themeparams); any may be missing in older apps. */
export type ThemeParams = Readonly<Record<string, unknown>>

export type Theme = { scheme: 'light' | 'dark'; variables: Record<string, string> }

/** Such text stands on tinted grounds too, which take some of the contrast. */
const ON_TINTS = 5.8

/**
 * Telegram's colours as our own. Some of its themes have text that is hard to read (white on sky blue): where the contrast is less than
 * WCAG's AA asks for, the colour is moved until it is enough.
 */
export const themeOf = (params: ThemeParams): Theme | undefined => {
  const colour = (...names: string[]): string | undefined =>
    names
      .map((name) => params[name])
      .find((value): value is string => typeof value === 'string' && parseColor(value) !== undefined)
  const background = colour('bg_color')
  const ink = colour('text_color')
  if (background === undefined || ink === undefined) return undefined
  const page = colour('secondary_bg_color', 'bg_color') ?? background
  const card = colour('section_bg_color', 'bg_color') ?? background
  // text stands on both, and the one nearer to the ink is the harder to read on
  const ground = isDark(background) === isDark(page) && isDark(page) ? card : page
  const accent = readableOn(
    colour('accent_text_color', 'link_color', 'button_color') ?? ink,
    ground,
    ON_TINTS,
  )
  const onButton = colour('button_text_color') ?? '#ffffff'
  return {
    scheme: isDark(background) ? 'dark' : 'light',
    variables: {
      '--page': page,
      '--card': card,
      '--ink': readableOn(ink, ground, 7),
      '--ink-soft': readableOn(colour('subtitle_text_color', 'hint_color') ?? ink, ground, ON_TINTS),
      '--accent': accent,
      '--button': readableOn(colour('button_color') ?? accent, onButton),
      '--on-button': onButton,
      '--danger': readableOn(colour('destructive_text_color') ?? '#d13438', ground, ON_TINTS),
    },
  }
}

/** Puts a theme on the page: a change of variables, so that no style stands in the document itself. */
export const applyTheme = (root: HTMLElement, theme: Theme | undefined): void => {
  if (theme === undefined) return
  root.dataset.theme = theme.scheme
  for (const [name, value] of Object.entries(theme.variables)) root.style.setProperty(name, value)
}
