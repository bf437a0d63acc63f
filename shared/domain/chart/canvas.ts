import { GAP, glyphOf, type Point, widthOf } from './glyphs.ts'

/** 0xRRGGBB */
export type Colour = number

type Box = { x: number; y: number; width: number; height: number }

/** Pixels to draw on, three bytes each. Edges are smooth: what covers half of a pixel takes half of its colour. */
export type Canvas = {
  width: number
  height: number
  pixels: Uint8Array
  /** A box, its upper corners rounded. */
  fillBox: (box: Box, colour: Colour, radius?: number) => void
  /** Figures, so high; `x` is their left, middle or right, `y` their base line. */
  write: (
    text: string,
    at: { x: number; y: number; height: number; align?: 'left' | 'middle' | 'right' },
    colour: Colour,
  ) => void
}

/** A pen's breadth for figures that are 1 high. */
const PEN = 0.125

const clamp = (value: number): number => Math.min(1, Math.max(0, value))

const distanceToLine = ([px, py]: Point, [ax, ay]: Point, [bx, by]: Point): number => {
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : clamp(((px - ax) * dx + (py - ay) * dy) / length)
  return Math.hypot(px - ax - along * dx, py - ay - along * dy)
}

/** How much of a pixel's way to the edge of the box is inside; the upper corners are quarters of a circle. */
const coverOfBox = (x: number, y: number, box: Box, radius: number): number => {
  const [right, bottom] = [box.x + box.width, box.y + box.height]
  const across = clamp(Math.min(x + 0.5, right) - Math.max(x - 0.5, box.x))
  const down = clamp(Math.min(y + 0.5, bottom) - Math.max(y - 0.5, box.y))
  const centreX = Math.min(Math.max(x, box.x + radius), right - radius)
  const isCorner = y < box.y + radius && x !== centreX
  if (!isCorner) return across * down
  return clamp(radius - Math.hypot(x - centreX, y - (box.y + radius)) + 0.5)
}

/** A canvas of one colour. */
export const createCanvas = (width: number, height: number, background: Colour): Canvas => {
  const pixels = new Uint8Array(width * height * 3)
  const blend = (x: number, y: number, colour: Colour, share: number): void => {
    if (share <= 0 || x < 0 || y < 0 || x >= width || y >= height) return
    const at = (y * width + x) * 3
    for (const [index, shift] of [16, 8, 0].entries()) {
      const below = pixels[at + index] ?? 0
      pixels[at + index] = Math.round(below + (((colour >> shift) & 0xff) - below) * share)
    }
  }
  const fillBox: Canvas['fillBox'] = (box, colour, radius = 0) => {
    const corner = Math.min(radius, box.width / 2, box.height)
    for (let y = Math.floor(box.y); y < Math.ceil(box.y + box.height); y += 1)
      for (let x = Math.floor(box.x); x < Math.ceil(box.x + box.width); x += 1)
        blend(x, y, colour, coverOfBox(x + 0.5, y + 0.5, box, corner))
  }
  const drawStroke = (stroke: readonly Point[], pen: number, colour: Colour): void => {
    const xs = stroke.map(([x]) => x)
    const ys = stroke.map(([, y]) => y)
    const reach = pen + 1
    for (let y = Math.floor(Math.min(...ys) - reach); y <= Math.max(...ys) + reach; y += 1)
      for (let x = Math.floor(Math.min(...xs) - reach); x <= Math.max(...xs) + reach; x += 1) {
        const distances = stroke
          .slice(1)
          .map((point, index) => distanceToLine([x + 0.5, y + 0.5], stroke[index] ?? point, point))
        blend(x, y, colour, clamp(pen / 2 - Math.min(...distances) + 0.5))
      }
  }
  const write: Canvas['write'] = (text, { x, y, height: size, align = 'left' }, colour) => {
    const wide = widthOf(text) * size
    let left = x - (align === 'left' ? 0 : align === 'middle' ? wide / 2 : wide)
    for (const character of text) {
      const glyph = glyphOf(character)
      for (const stroke of glyph.strokes) {
        const points = stroke.map(([px, py]) => [left + px * size, y - size + py * size] as const)
        drawStroke(points, PEN * size, colour)
      }
      left += (glyph.width + GAP) * size
    }
  }
  fillBox({ x: 0, y: 0, width, height }, background)
  return { width, height, pixels, fillBox, write }
}
