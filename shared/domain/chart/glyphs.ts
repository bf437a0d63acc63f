/** A point of a glyph: x to the right from 0 to its width, y down from 0 (top) to 1 (base line). */
export type Point = readonly [x: number, y: number]
/** Lines that a round pen follows. */
export type Glyph = { width: number; strokes: readonly (readonly Point[])[] }

const STEPS = 10

/** Part of an ellipse; angles in quarter turns clockwise, 0 at the right. */
const arc = ([x, y]: Point, [radiusX, radiusY]: Point, from: number, to: number): Point[] =>
  Array.from({ length: STEPS + 1 }, (_, step) => {
    const angle = ((from + ((to - from) * step) / STEPS) * Math.PI) / 2
    return [x + radiusX * Math.cos(angle), y + radiusY * Math.sin(angle)] as const
  })

const DIGIT = 0.58

/** What the numbers and days on a chart are written with: there is no font where the bot runs. */
export const GLYPHS: Readonly<Record<string, Glyph>> = {
  '0': { width: DIGIT, strokes: [arc([0.29, 0.5], [0.29, 0.5], 0, 4)] },
  '1': {
    width: 0.36,
    strokes: [
      [
        [0, 0.22],
        [0.26, 0],
        [0.26, 1],
      ],
    ],
  },
  '2': { width: DIGIT, strokes: [[...arc([0.29, 0.28], [0.28, 0.28], -2, 0.45), [0, 1], [0.58, 1]]] },
  '3': {
    width: DIGIT,
    strokes: [[...arc([0.28, 0.25], [0.26, 0.25], -1.8, 1), ...arc([0.28, 0.74], [0.3, 0.26], -1, 1.8)]],
  },
  '4': {
    width: 0.62,
    strokes: [
      [
        [0.44, 1],
        [0.44, 0],
        [0, 0.68],
        [0.62, 0.68],
      ],
    ],
  },
  '5': {
    width: DIGIT,
    strokes: [[[0.52, 0], [0.1, 0], [0.05, 0.44], ...arc([0.27, 0.67], [0.31, 0.33], -1.35, 1.75)]],
  },
  '6': {
    width: DIGIT,
    strokes: [
      [
        [0.44, 0],
        [0.06, 0.52],
      ],
      arc([0.29, 0.69], [0.29, 0.31], 0, 4),
    ],
  },
  '7': {
    width: DIGIT,
    strokes: [
      [
        [0, 0],
        [0.58, 0],
        [0.2, 1],
      ],
    ],
  },
  '8': {
    width: DIGIT,
    strokes: [arc([0.29, 0.24], [0.25, 0.24], 0, 4), arc([0.29, 0.74], [0.29, 0.26], 0, 4)],
  },
  '9': {
    width: DIGIT,
    strokes: [
      [
        [0.14, 1],
        [0.52, 0.48],
      ],
      arc([0.29, 0.31], [0.29, 0.31], 0, 4),
    ],
  },
  '.': {
    width: 0.08,
    strokes: [
      [
        [0.04, 0.99],
        [0.04, 0.99],
      ],
    ],
  },
  ' ': { width: 0.2, strokes: [] },
  k: {
    width: 0.46,
    strokes: [
      [
        [0, 0],
        [0, 1],
      ],
      [
        [0.42, 0.36],
        [0, 0.74],
      ],
      [
        [0.14, 0.62],
        [0.44, 1],
      ],
    ],
  },
  M: {
    width: 0.74,
    strokes: [
      [
        [0, 1],
        [0, 0],
        [0.37, 0.62],
        [0.74, 0],
        [0.74, 1],
      ],
    ],
  },
}

/** Between two glyphs. */
export const GAP = 0.24

/** How wide a text is, in heights of a digit. @throws RangeError for a character that cannot be drawn */
export const widthOf = (text: string): number =>
  [...text].reduce((width, character) => width + glyphOf(character).width + GAP, -GAP)

/** @throws RangeError for a character that cannot be drawn */
export const glyphOf = (character: string): Glyph => {
  const glyph = GLYPHS[character]
  if (!glyph) throw new RangeError(`There is no glyph for ${JSON.stringify(character)}`)
  return glyph
}
