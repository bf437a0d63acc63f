import type { Crop } from '../lib/crop.ts'

/** Draws the square over the whole canvas. */
export const drawCrop = (canvas: HTMLCanvasElement, bitmap: ImageBitmap, { x, y, side }: Crop): void => {
  const context = canvas.getContext('2d')
  if (context === null) return
  context.imageSmoothingQuality = 'high'
  context.clearRect(0, 0, canvas.width, canvas.height)
  context.drawImage(bitmap, x, y, side, side, 0, 0, canvas.width, canvas.height)
}

const JPEG_QUALITY = 0.92

/** The square as a file of so many pixels. */
export const cutOut = (
  bitmap: ImageBitmap,
  { crop, side, type }: { crop: Crop; side: number; type: string },
): Promise<Blob> => {
  const canvas = document.createElement('canvas')
  canvas.width = side
  canvas.height = side
  drawCrop(canvas, bitmap, crop)
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error('The picture could not be written')) : resolve(blob)),
      type,
      JPEG_QUALITY,
    )
  })
}
