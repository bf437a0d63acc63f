import { type Colour, createCanvas } from './canvas.ts'

/** A column of the chart: what stands under it, and its parts from the ground up. */
export type Column = { label: string; parts: readonly { colour: Colour; coins: number }[] }

/** The colours of the services, each with the square that names it in words; the last is for all further ones. */
export const PALETTE = [
  { square: '🟦', colour: 0x3b82f6 },
  { square: '🟧', colour: 0xf59e0b },
  { square: '🟩', colour: 0x22a35a },
  { square: '🟪', colour: 0x8b5cf6 },
  { square: '🟥', colour: 0xe5484d },
  { square: '🟫', colour: 0x9a6b4f },
  { square: '⬛', colour: 0x64748b },
] as const

const WIDTH = 800
const HEIGHT = 450
const PLOT = { left: 92, right: 776, top: 40, bottom: 386 }
const PAPER: Colour = 0xfbfcfe
const GRID: Colour = 0xe3e8ef
const GROUND: Colour = 0x94a3b8
const INK: Colour = 0x475569
const FIGURE = 17
const RADIUS = 7
/** Lines across, beside the ground. */
const LINES = 4

/** The next number at or above that is easy to read: 1, 2, 2.5 or 5 and zeros; whole, so from 1. */
const niceStep = (value: number): number => {
  const zeros = 10 ** Math.floor(Math.log10(Math.max(1, value)))
  const step = [1, 2, 2.5, 5, 10]
    .map((factor) => factor * zeros)
    .find((one) => one >= value && Number.isInteger(one))
  return step ?? 10 * zeros
}

/** A number in little room: 950, 1.2k, 25k, 3M. */
export const shortNumber = (value: number): string => {
  if (value < 1_000) return String(value)
  const [divisor, unit] = value < 1_000_000 ? [1_000, 'k'] : [1_000_000, 'M']
  const short = value / divisor
  return `${short < 10 ? Math.floor(short * 10) / 10 : Math.floor(short)}${unit}`
}

const totalOf = ({ parts }: Column): number => parts.reduce((sum, { coins }) => sum + coins, 0)

/** Columns side by side, on a light ground that also shows in a dark chat. */
export const drawUsageChart = (
  columns: readonly Column[],
): { width: number; height: number; pixels: Uint8Array } => {
  const canvas = createCanvas(WIDTH, HEIGHT, PAPER)
  const highest = Math.max(1, ...columns.map(totalOf))
  const step = niceStep(highest / LINES)
  const top = step * Math.ceil(highest / step)
  const heightOf = (coins: number): number => ((PLOT.bottom - PLOT.top) * coins) / top
  for (let coins = 0; coins <= top; coins += step) {
    const y = Math.round(PLOT.bottom - heightOf(coins))
    canvas.fillBox(
      { x: PLOT.left, y: y - 1, width: PLOT.right - PLOT.left, height: 2 },
      coins === 0 ? GROUND : GRID,
    )
    const at = { x: PLOT.left - 16, y: y + FIGURE / 2, height: FIGURE, align: 'right' as const }
    canvas.write(shortNumber(coins), at, INK)
  }
  const slot = (PLOT.right - PLOT.left) / Math.max(1, columns.length)
  const width = Math.min(56, Math.round(slot * 0.58))
  for (const [index, column] of columns.entries()) {
    const middle = PLOT.left + slot * (index + 0.5)
    const total = totalOf(column)
    let ground = PLOT.bottom - 1
    const shown = column.parts.filter(({ coins }) => coins > 0)
    for (const [part, { colour, coins }] of shown.entries()) {
      // the smallest sum can still be seen
      const height = Math.max(2, heightOf(coins))
      const box = { x: Math.round(middle - width / 2), y: ground - height, width, height }
      canvas.fillBox(box, colour, part === shown.length - 1 ? RADIUS : 0)
      ground -= height
    }
    if (total > 0) {
      canvas.write(shortNumber(total), { x: middle, y: ground - 9, height: FIGURE, align: 'middle' }, INK)
    }
    canvas.write(column.label, { x: middle, y: PLOT.bottom + 34, height: FIGURE, align: 'middle' }, INK)
  }
  return { width: WIDTH, height: HEIGHT, pixels: canvas.pixels }
}
