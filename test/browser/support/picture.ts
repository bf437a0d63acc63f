import sharp from 'sharp'

/** A face, more or less: as different as the colour of its shirt. */
const drawing = (shirt: string): string => `
  <svg xmlns="http://www.w3.org/2000/svg" width="900" height="1200">
    <rect width="900" height="1200" fill="#f3e6d0"/><circle cx="450" cy="480" r="210" fill="#d96c4a"/>
    <path d="M120 1200 Q450 620 780 1200 Z" fill="${shirt}"/>
  </svg>`

export const makePicture = (shirt = '#2f5d62'): Promise<Buffer> =>
  sharp(Buffer.from(drawing(shirt)))
    .png()
    .toBuffer()
