import { createHash, randomUUID } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePng, pngChunk } from '#shared/storage/png-bytes.testing.ts'
import { startBotApiServer } from '#shared/telegram/bot-api-server.testing.ts'
import { addDocument } from '../../local/telegram/files.ts'
import { type House, openHouse, type Reply } from '../../test/support/house.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

/** Welcome bonus of the tariff in the repository. */
const BONUS = 50
const MIB = 1024 * 1024

type Maker = () => Buffer | Promise<Buffer>

let house: House
/** Listens where a careless program would be led; nobody may call. */
let trap: Awaited<ReturnType<typeof startBotApiServer>>

beforeAll(async () => {
  house = await openHouse({ functions: [handler, register] })
  trap = await startBotApiServer((_request, response) => response.end('caught'))
})
afterAll(async () => {
  await house.close()
  await trap.stop()
})

const latin = (text: string): Buffer => Buffer.from(text, 'latin1')
const plain = (width = 40, height = 30) =>
  sharp({ create: { width, height, channels: 3, background: '#3366cc' } })
const jpeg: Maker = () => plain().jpeg().toBuffer()
const png: Maker = () => plain().png().toBuffer()

const upload = (userId: string, bytes: Buffer, type = 'image/jpeg'): Promise<Reply> =>
  house.call('avatar-upload', 'POST', `/?userId=${userId}`, { raw: { bytes, type } })

const sendDocument = async (userId: string, bytes: Buffer, fileName: string): Promise<Reply> => {
  const { fileId } = await addDocument(house.sim.state, { bytes, fileName, mimeType: 'image/jpeg' })
  return house.call('avatar-upload', 'POST', '/', { body: { userId, telegramFileId: fileId } })
}

const keysOf = async (userId: string): Promise<string[]> => {
  const keys: string[] = []
  for await (const { key } of house.storage.list(house.buckets.avatars, `avatars/${userId}/`)) keys.push(key)
  return keys
}

/** No row, no object, no coin: what was refused costs nothing. */
const expectUntouched = async (userId: string): Promise<void> => {
  const [row] = await house.ownerSql`
    select coins, (select count(*)::bigint from user_avatars where user_id = ${userId}) as avatars
    from user_balances where user_id = ${userId}`
  expect(row).toEqual({ coins: BONUS, avatars: 0 })
  expect(await keysOf(userId)).toEqual([])
}

const variantsOf = (reply: Reply): Promise<Buffer[]> =>
  Promise.all(
    ['64', '256', '512'].map(async (size) =>
      Buffer.from(await (await fetch(reply.body.avatar.urls[size])).arrayBuffer()),
    ),
  )

/** One file in a ZIP, stored as its tools write it. */
const zip = (name: string, text: string): Buffer => {
  const data = deflateRawSync(Buffer.from(text))
  const local = Buffer.alloc(30)
  local.write('PK\x03\x04', 'latin1')
  local.writeUInt16LE(20, 4)
  local.writeUInt16LE(8, 8)
  local.writeUInt32LE(data.length, 18)
  local.writeUInt16LE(name.length, 26)
  return Buffer.concat([local, Buffer.from(name), data, latin('PK\x05\x06'), Buffer.alloc(18)])
}
const svg = (): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xi="http://www.w3.org/2001/XInclude" xmlns:xlink="http://www.w3.org/1999/xlink">
  <xi:include href="file:///etc/passwd" parse="text"/><image href="${trap.apiRoot}/a.png" xlink:href="${trap.apiRoot}/b.png"/></svg>`
/** Unlike each other: an encoder makes one of those that are alike. */
const fourFrames = (): ReturnType<typeof sharp> =>
  sharp(Buffer.from(Array.from({ length: 20 * 80 * 3 }, (_, i) => (i >> 2) & 255)), {
    raw: { width: 20, height: 80, channels: 3, pageHeight: 20 },
  })
const apng: Maker = () =>
  makePng({ width: 8, height: 8 }, { before: [pngChunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]))] })
/** Rows of a picture with something in each part of its file: the same one every time. */
const noisy = (side: number): ReturnType<typeof sharp> => {
  const rows = Buffer.concat(
    Array.from({ length: (side * side * 3) / 32 }, (_, i) => createHash('sha256').update(`${i}`).digest()),
  )
  return sharp(rows, { raw: { width: side, height: side, channels: 3 } })
}
const cut = async (make: Promise<Buffer>, share: number): Promise<Buffer> => {
  const whole = await make
  return whole.subarray(0, Math.floor(whole.length * share))
}
/** Impossible bytes in the middle of the compressed data. */
const corrupt = async (make: Promise<Buffer>): Promise<Buffer> => {
  const bytes = await make
  return bytes.fill('\xff\x03', bytes.length >> 1, (bytes.length >> 1) + 2_000, 'latin1')
}

describe('refused, whatever its name and its declared type say; nothing is stored or taken', () => {
  test.each<[string, Maker, number, string]>([
    ['no bytes', () => Buffer.alloc(0), 400, 'invalid_input'],
    ['20 MB and a byte', () => Buffer.alloc(20 * MIB + 1, 0xff), 413, 'too_large'],
    ['PDF', () => latin('%PDF-1.7\n1 0 obj\n'), 415, 'unsupported_media'],
    ['ZIP', () => zip('a.txt', 'words'), 415, 'unsupported_media'],
    ['HTML', () => latin('<!doctype html><script>alert(1)</script>'), 415, 'unsupported_media'],
    ['SVG that includes files and addresses', () => latin(svg()), 415, 'unsupported_media'],
    [
      'SVG behind a declaration',
      () => latin(`\ufeff<?xml version="1.0"?>${svg()}`),
      415,
      'unsupported_media',
    ],
    ['an address', () => latin(`${trap.apiRoot}/a.jpg`), 415, 'unsupported_media'],
    ['GIF', () => plain().gif().toBuffer(), 415, 'unsupported_media'],
    ['TIFF', () => plain().tiff().toBuffer(), 415, 'unsupported_media'],
    ['AVIF', () => plain().avif({ effort: 0 }).toBuffer(), 415, 'unsupported_media'],
    ['HEIC', () => latin('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), 415, 'unsupported_media'],
    [
      'VIPS',
      () => Buffer.concat([Buffer.from([0xb6, 0xa6, 0xf2, 0x08]), Buffer.alloc(80)]),
      415,
      'unsupported_media',
    ],
    ['PSD', () => Buffer.concat([latin('8BPS\0\x01'), Buffer.alloc(40)]), 415, 'unsupported_media'],
    ['BMP', () => Buffer.concat([latin('BM'), Buffer.alloc(60)]), 415, 'unsupported_media'],
    [
      'a list of drawing commands (MVG)',
      () => latin(`push graphic-context\nimage over 0,0 '${trap.apiRoot}'`),
      415,
      'unsupported_media',
    ],
    [
      '65,535 x 65,535 pixels in a hundred bytes',
      () => makePng({ width: 65_535, height: 65_535 }, { pixels: Buffer.alloc(9) }),
      422,
      'unprocessable_media',
    ],
    [
      'a side of 0',
      () => makePng({ width: 0, height: 9 }, { pixels: Buffer.alloc(9) }),
      422,
      'unprocessable_media',
    ],
    ['21 : 1', () => plain(210, 10).png().toBuffer(), 422, 'unprocessable_media'],
    ['1 : 21', () => plain(10, 210).jpeg().toBuffer(), 422, 'unprocessable_media'],
    ['an animated PNG', apng, 422, 'unprocessable_media'],
    [
      'an animated WebP',
      () =>
        fourFrames()
          .webp({ loop: 0, delay: [50, 50, 50, 50] })
          .toBuffer(),
      422,
      'unprocessable_media',
    ],
    ['half a JPEG', () => cut(noisy(256).jpeg().toBuffer(), 0.5), 422, 'unprocessable_media'],
    ['half a PNG', () => cut(noisy(256).png().toBuffer(), 0.5), 422, 'unprocessable_media'],
    ['half a WebP', () => cut(noisy(256).webp().toBuffer(), 0.5), 422, 'unprocessable_media'],
    ['a header and nothing else', () => cut(noisy(256).jpeg().toBuffer(), 0.02), 422, 'unprocessable_media'],
    ['a JPEG with a corrupt scan', () => corrupt(noisy(256).jpeg().toBuffer()), 422, 'unprocessable_media'],
    ['a PNG with corrupt rows', () => corrupt(noisy(256).png().toBuffer()), 422, 'unprocessable_media'],
  ])('%s', async (_name, make, status, code) => {
    const { id } = await house.person()
    const bytes = await make()
    const direct = await upload(id, bytes)
    expect([direct.status, direct.body.code]).toEqual([status, code])
    // Telegram hands out neither an empty file nor one above its own limit
    if (bytes.length > 0 && bytes.length <= 20 * MIB) {
      const byTelegram = await sendDocument(id, bytes, 'holiday.jpg')
      expect([byTelegram.status, byTelegram.body.code]).toEqual([status, code])
    }
    await expectUntouched(id)
    expect(JSON.stringify(direct.body)).not.toMatch(/vips|sharp|libpng|\/etc\//i)
    expect(trap.urls).toEqual([])
  })

  test.each<[string, (userId: string) => unknown]>([
    [
      'an address in place of a file',
      (userId) => ({ userId, url: 'http://169.254.169.254/latest/meta-data/' }),
    ],
    ['an address beside a file', (userId) => ({ userId, telegramFileId: 'x', url: trap.apiRoot })],
    ['a link to a file at Telegram', (userId) => ({ userId, fileUrl: 'file:///etc/passwd' })],
    ['the picture as text', (userId) => ({ userId, image: 'data:image/png;base64,AAAA' })],
    ['a file id of 257 characters', (userId) => ({ userId, telegramFileId: 'x'.repeat(257) })],
  ])('%s', async (_name, body) => {
    const { id } = await house.person()
    const reply = await house.call('avatar-upload', 'POST', '/', { body: body(id) })
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_input'])
    await expectUntouched(id)
    expect(trap.urls).toEqual([])
  })

  // an id goes to Telegram and nowhere else: no redirect and no name service can lead it astray
  test.each([
    ['an address', () => `${trap.apiRoot}/a.jpg`],
    ['localhost', () => 'http://localhost/'],
    ['a path', () => '../../etc/passwd'],
    ['a line break', () => 'abc\r\nHost: evil.example'],
    ["another bot's or an expired one", () => `AgACAgI${randomUUID()}`],
  ])('a file id that is %s', async (_name, fileId) => {
    const { id } = await house.person()
    const reply = await house.call('avatar-upload', 'POST', '/', {
      body: { userId: id, telegramFileId: fileId() },
    })
    expect([reply.status, reply.body.code]).toEqual([404, 'file_not_found'])
    await expectUntouched(id)
    expect(trap.urls).toEqual([])
  })

  test.each(['text/html', 'application/octet-stream', 'multipart/form-data; boundary=x', 'image', ''])(
    'a picture declared as "%s"',
    async (type) => {
      const { id } = await house.person()
      const reply = await upload(id, await jpeg(), type)
      expect([reply.status, reply.body.code]).toEqual([415, 'unsupported_media'])
      await expectUntouched(id)
    },
  )
})

describe('taken, and made anew from nothing but its pixels', () => {
  const CANARY = 'CANARY-of-a-file-within-a-file'
  const comment = (text: string): Buffer => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(text.length + 2)
    return Buffer.concat([Buffer.from([0xff, 0xfe]), length, latin(text)])
  }
  const page = `<html><script>alert('${CANARY}')</script>`

  test.each<[string, Maker]>([
    ['JPEG and ZIP', async () => Buffer.concat([await jpeg(), zip('a.txt', CANARY), latin(CANARY)])],
    [
      'JPEG with a page in its comment',
      async () => {
        const photo = await jpeg()
        return Buffer.concat([photo.subarray(0, 2), comment(page), photo.subarray(2)])
      },
    ],
    ['PNG and HTML', async () => Buffer.concat([await png(), latin(page)])],
    [
      'PNG with a page in its text',
      () => makePng({ width: 9, height: 9 }, { before: [pngChunk('tEXt', latin(`Comment\0${page}`))] }),
    ],
    [
      'PNG with a chunk of its own',
      () =>
        makePng(
          { width: 9, height: 9 },
          { before: [pngChunk('evIl', latin(page))], after: [pngChunk('tEXt', latin(`Comment\0${page}`))] },
        ),
    ],
    [
      'WebP and a script',
      async () => Buffer.concat([await plain().webp().toBuffer(), latin(`\nalert('${CANARY}')`)]),
    ],
    [
      'JPEG with EXIF, XMP and a colour profile',
      () =>
        plain()
          .withExif({ IFD0: { Copyright: CANARY } })
          .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>${CANARY}</a></x:xmpmeta>`)
          .withIccProfile('p3')
          .jpeg()
          .toBuffer(),
    ],
  ])('%s', async (_name, make) => {
    const { id } = await house.person()
    const bytes = await make()
    expect(bytes.includes('CANARY')).toBe(true)
    const reply = await upload(id, bytes)
    expect(reply.status).toBe(201)
    for (const variant of await variantsOf(reply)) {
      // a RIFF container that ends where it says: no tail
      expect([variant.toString('latin1', 0, 4), variant.toString('latin1', 8, 12)]).toEqual(['RIFF', 'WEBP'])
      expect(variant.readUInt32LE(4) + 8).toBe(variant.length)
      expect(variant.includes('CANARY')).toBe(false)
      expect(variant.includes('PK\x03\x04')).toBe(false)
      expect(variant.includes('<script')).toBe(false)
    }
  })

  test.each<[string, Maker, number, number]>([
    ['CMYK', () => plain().toColourspace('cmyk').jpeg().toBuffer(), 40, 30],
    ['16 bits a channel', () => plain().toColourspace('rgb16').png().toBuffer(), 40, 30],
    [
      'grey with transparency',
      () =>
        sharp({
          create: { width: 40, height: 30, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0.5 } },
        })
          .toColourspace('b-w')
          .png()
          .toBuffer(),
      40,
      30,
    ],
    ['a progressive JPEG', () => plain().jpeg({ progressive: true }).toBuffer(), 40, 30],
    ['an interlaced PNG', () => plain().png({ progressive: true }).toBuffer(), 40, 30],
    ['a lossless WebP', () => plain().webp({ lossless: true }).toBuffer(), 40, 30],
    ['one pixel', () => plain(1, 1).png().toBuffer(), 1, 1],
    ['20 : 1', () => plain(200, 10).png().toBuffer(), 200, 10],
    ['1 : 20', () => plain(10, 200).webp().toBuffer(), 10, 200],
  ])('%s', async (_name, make, width, height) => {
    const { id } = await house.person()
    const reply = await upload(id, await make())
    expect([reply.status, reply.body.avatar.width, reply.body.avatar.height]).toEqual([201, width, height])
    for (const [index, variant] of (await variantsOf(reply)).entries()) {
      const side = [64, 256, 512][index]
      expect(await sharp(variant).metadata()).toMatchObject({ format: 'webp', width: side, height: side })
    }
  })

  // top left, top right, bottom left, bottom right as stored are red, green, blue, yellow
  test.each([
    [1, 'RGBY'],
    [2, 'GRYB'],
    [3, 'YBGR'],
    [4, 'BYRG'],
    [5, 'RBGY'],
    [6, 'BRYG'],
    [7, 'YGBR'],
    [8, 'GYRB'],
  ])(
    'EXIF orientation %i with the place it was taken at: upright, and no metadata left',
    async (orientation, seen) => {
      const quarter = (background: string, left: number, top: number) => ({
        input: { create: { width: 50, height: 50, channels: 3 as const, background } },
        left,
        top,
      })
      const quarters = await sharp({
        create: { width: 100, height: 100, channels: 3, background: '#ff0000' },
      })
        .composite([quarter('#00ff00', 50, 0), quarter('#0000ff', 0, 50), quarter('#ffff00', 50, 50)])
        .png()
        .toBuffer()
      const source = await sharp(quarters)
        .withExif({ IFD3: { GPSLatitude: '51/1 30/1 0/1', GPSLatitudeRef: 'N' } })
        .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>where</a></x:xmpmeta>')
        .withIccProfile('p3')
        .withMetadata({ orientation })
        .jpeg({ quality: 95 })
        .toBuffer()
      const { id } = await house.person()
      const reply = await upload(id, source)
      expect(reply.status).toBe(201)
      const [, , large = Buffer.alloc(0)] = await variantsOf(reply)
      const { exif, xmp, icc, orientation: left, comments } = await sharp(large).metadata()
      expect([exif, xmp, icc, left, comments]).toEqual(Array(5).fill(undefined))
      const nameAt = async (left: number, top: number): Promise<string> => {
        const [red = 0, green = 0, blue = 0] = await sharp(large)
          .extract({ left, top, width: 1, height: 1 })
          .raw()
          .toBuffer()
        if (blue > 128) return 'B'
        return red > 128 ? (green > 128 ? 'Y' : 'R') : 'G'
      }
      expect(
        (await Promise.all([nameAt(128, 128), nameAt(384, 128), nameAt(128, 384), nameAt(384, 384)])).join(
          '',
        ),
      ).toBe(seen)
    },
  )

  test.each([
    ['../../../etc/passwd.jpg'],
    ['a\r\nX-Evil: 1\r\n\r\n.jpg'],
    ['..\\..\\win.ini.png'],
    [`${'x'.repeat(300)}.jpg`],
    ['photo.php'],
    ['%2e%2e%2f.jpg'],
  ])('under a key of its own, not the name %j', async (fileName) => {
    const { id } = await house.person()
    expect((await sendDocument(id, await jpeg(), fileName)).status).toBe(201)
    const direct = await house.call('avatar-upload', 'POST', `/?userId=${id}`, {
      raw: { bytes: await png(), type: 'image/png' },
      headers: { 'content-disposition': `attachment; filename="${encodeURIComponent(fileName)}"` },
    })
    expect(direct.status).toBe(201)
    const keys = await keysOf(id)
    expect(keys).toHaveLength(6)
    for (const key of keys)
      expect(key).toMatch(new RegExp(`^avatars/${id}/[0-9a-f-]{36}/(64|256|512)\\.webp$`))
  })

  test.each(['image/png', 'image/svg+xml', 'image/gif; name="a.gif"', 'IMAGE/X-WHATEVER'])(
    'a JPEG declared as %s: the bytes count',
    async (type) => {
      const { id } = await house.person()
      const reply = await upload(id, await jpeg(), type)
      expect(reply.status).toBe(201)
      const file = await fetch(reply.body.avatar.urls['64'])
      expect(file.headers.get('content-type')).toBe('image/webp')
    },
  )
})
