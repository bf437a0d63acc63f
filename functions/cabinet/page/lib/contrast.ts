/** Contrast as WCAG 2 counts it, for colours that come from a person's Telegram theme. */
type Rgb = readonly [number, number, number]

const HEX = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i

/** `#rrggbb`, or undefined for anything else. */
export const parseColor = (text: unknown): Rgb | undefined => {
  const found = typeof text === 'string' ? HEX.exec(text) : null
  if (found === null) return undefined
  const [, red = '', green = '', blue = ''] = found
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)]
}

const hexOf = (color: Rgb): string =>
  `#${color.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`

const linear = (part: number): number => {
  const share = part / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

const luminance = ([red, green, blue]: Rgb): number =>
  0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)

const ratio = (one: Rgb, other: Rgb): number => {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
}

/** 1 to 21; 1 where one of them is no colour. */
export const contrastOf = (one: string, other: string): number => {
  const [first, second] = [parseColor(one), parseColor(other)]
  return first === undefined || second === undefined ? 1 : ratio(first, second)
}

export const isDark = (color: string): boolean => {
  const parsed = parseColor(color)
  return parsed !== undefined && luminance(parsed) < 0.18
}

const STEPS = 40

/** The colour itself where it can be read on `ground`, else a darker or lighter one that can. */
export const readableOn = (color: string, ground: string, atLeast = 4.5): string => {
  const [from, under] = [parseColor(color), parseColor(ground)]
  if (from === undefined || under === undefined) return color
  const end: Rgb = luminance(under) < 0.18 ? [255, 255, 255] : [0, 0, 0]
  for (let step = 0; step <= STEPS; step += 1) {
    const share = step / STEPS
    const [red, green, blue] = from.map((part, index) => part + ((end[index] ?? 0) - part) * share)
    const candidate = hexOf([red ?? 0, green ?? 0, blue ?? 0])
    if (contrastOf(candidate, ground) >= atLeast) return candidate
  }
  return hexOf(end)
}
