/** A square of a picture, in the picture's own pixels. */
export type Crop = { x: number; y: number; side: number }
export type Size = { width: number; height: number }

/** The closest that one can look: an eighth of the largest square, but no square of a few pixels. */
const MOST_ZOOM = 8
const LEAST_SIDE = 64
/** The server keeps 512 pixels at the most; twice that leaves it something to work with. */
const MOST_PIXELS = 1024

const between = (value: number, least: number, most: number): number =>
  Math.min(Math.max(value, least), Math.max(least, most))

export const largestSide = ({ width, height }: Size): number => Math.min(width, height)

export const smallestSide = (size: Size): number =>
  Math.min(largestSide(size), Math.max(LEAST_SIDE, largestSide(size) / MOST_ZOOM))

/** The square moved and resized as little as possible, so that it lies within the picture. */
const within = ({ x, y, side }: Crop, size: Size): Crop => {
  const fitting = between(side, smallestSide(size), largestSide(size))
  return {
    x: between(x, 0, size.width - fitting),
    y: between(y, 0, size.height - fitting),
    side: fitting,
  }
}

/** The largest square in the middle; of a tall picture higher up, where faces are. */
export const firstCrop = (size: Size): Crop => {
  const side = largestSide(size)
  return { x: (size.width - side) / 2, y: (size.height - side) / 3, side }
}

/** Moved by so many of the picture's pixels. */
export const moveCrop = (crop: Crop, size: Size, by: { x: number; y: number }): Crop =>
  within({ ...crop, x: crop.x + by.x, y: crop.y + by.y }, size)

/** Another side, around the same middle. */
export const resizeCrop = (crop: Crop, size: Size, side: number): Crop => {
  const fitting = between(side, smallestSide(size), largestSide(size))
  const shift = (crop.side - fitting) / 2
  return within({ x: crop.x + shift, y: crop.y + shift, side: fitting }, size)
}

/** 0 for the whole picture, 1 for the closest look; in even steps to the eye. */
export const zoomOf = (crop: Crop, size: Size): number => {
  const [least, most] = [smallestSide(size), largestSide(size)]
  return least === most ? 0 : Math.log(most / crop.side) / Math.log(most / least)
}

export const sideForZoom = (zoom: number, size: Size): number =>
  largestSide(size) * (smallestSide(size) / largestSide(size)) ** between(zoom, 0, 1)

/** How many pixels wide the square is sent: never more than it has. */
export const outputSide = ({ side }: Crop): number => Math.max(1, Math.min(MOST_PIXELS, Math.round(side)))
