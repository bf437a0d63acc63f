/** Telegram's names of colours, and ours. */
const COLOURS = {
  bg_color: '--paper',
  secondary_bg_color: '--paper-soft',
  text_color: '--ink',
  hint_color: '--ink-soft',
  subtitle_text_color: '--ink-soft',
  link_color: '--accent',
  accent_text_color: '--accent',
  button_color: '--accent',
  button_text_color: '--on-accent',
  header_bg_color: '--paper',
  bottom_bar_bg_color: '--paper',
  section_bg_color: '--paper',
  section_header_text_color: '--accent',
  section_separator_color: '--line',
  destructive_text_color: '--danger',
}

const HEX = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i

const sixDigits = (colour) =>
  colour.length === 4 ? `#${[...colour.slice(1)].map((digit) => digit + digit).join('')}` : colour

export const isColour = (value) => typeof value === 'string' && HEX.test(value)

/** The page's colours as a Mini App gets them: six digits each. */
export const themeParams = () => {
  const style = getComputedStyle(document.documentElement)
  const entries = Object.entries(COLOURS).map(([name, variable]) => [
    name,
    sixDigits(style.getPropertyValue(variable).trim()),
  ])
  return Object.fromEntries(entries.filter(([, colour]) => isColour(colour)))
}

/** Black or white, whichever can be read on that colour. */
export const inkOn = (colour) => {
  const [red, green, blue] = sixDigits(colour)
    .match(/[0-9a-f]{2}/gi)
    .map((part) => Number.parseInt(part, 16))
  return red * 0.299 + green * 0.587 + blue * 0.114 > 150 ? '#000000' : '#ffffff'
}

/** Calls back whenever the theme of the device changes. */
export const onThemeChange = (listener) =>
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener)
