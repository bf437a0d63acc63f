import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { cutLongLines } from './output.ts'

const LIMIT = 16_384

const writeAll = (...chunks: (string | Uint8Array)[]): string => {
  const stream = new PassThrough()
  cutLongLines(stream as unknown as NodeJS.WriteStream)
  for (const chunk of chunks) stream.write(chunk)
  return String(stream.read())
}

test('what is short stays as it is, bytes that are no text too', () => {
  expect(writeAll('a\n', `${'b'.repeat(LIMIT - 1)}\n`)).toBe(`a\n${'b'.repeat(LIMIT - 1)}\n`)
  const stream = new PassThrough()
  cutLongLines(stream as unknown as NodeJS.WriteStream)
  stream.write(Uint8Array.of(0xff, 0x00))
  expect(stream.read()).toEqual(Buffer.of(0xff, 0x00))
})

test('a long line is cut, and says so; its neighbours and the line ends stay', () => {
  const long = 'x'.repeat(1_048_576)
  const cut = `${'x'.repeat(LIMIT)} [cut: 1048576 characters]`
  expect(writeAll(`before\n${long}\nafter\n`)).toBe(`before\n${cut}\nafter\n`)
  expect(writeAll(Buffer.from(`${long}\n`))).toBe(`${cut}\n`)
})

test('no line comes near the 64 KiB at which of-watchdog stops reading, whatever its letters', () => {
  expect(Buffer.byteLength(writeAll(`${'ы€'.repeat(200_000)}\n`))).toBeLessThan(60_000)
})
