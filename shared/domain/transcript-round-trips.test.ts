import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '#shared/errors.ts'
import { joinSegments, makeSegment } from './transcript/segment.ts'
import { type InputFormat, parseTranscript as parse, renderTranscript } from './transcript-formats.ts'

const LIMITS = { maxCharacters: 1_000_000, maxSegments: 100_000, maxLineCharacters: 20_000 }

const parseTranscript = (text: string, format: InputFormat) => parse(text, format, LIMITS)

describe('round trips', () => {
  const character = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...'abя ё<>&-:;1\n\r\t"\'') },
    { weight: 1, arbitrary: fc.constantFrom('-->', '\u00a0', '😀', '&amp;', '<v A>', '1\n00:00:01,000') },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
  )
  const words = fc.array(character, { maxLength: 20 }).map((pieces) => pieces.join('').replaceAll('\0', ''))
  const segment = fc
    .record({
      startMs: fc.nat(359_999_999),
      lengthMs: fc.nat(100_000),
      speaker: fc.option(words),
      text: words,
    })
    .map(({ startMs, lengthMs, speaker, text }) =>
      makeSegment({ start: startMs / 1000, end: (startMs + lengthMs) / 1000, speaker, text }, 'Segment'),
    )
    .filter((made) => made !== undefined)
  const segments = fc.array(segment, { minLength: 1, maxLength: 5 })

  it('keeps every segment through vtt and json', () => {
    fc.assert(
      fc.property(segments, fc.constantFrom('vtt' as const, 'json' as const), (before, format) => {
        const { body } = renderTranscript(before, joinSegments(before), format)
        expect(parseTranscript(body, format)).toEqual({ segments: before, text: joinSegments(before) })
      }),
      { numRuns: 500 },
    )
  })

  it('keeps times and text through srt, where an arrow becomes one sign', () => {
    fc.assert(
      fc.property(segments, (before) => {
        const plain = before.map(({ speaker: _, ...rest }) => ({
          ...rest,
          text: rest.text.replaceAll('-->', '→'),
        }))
        expect(parseTranscript(renderTranscript(plain, '', 'srt').body, 'srt').segments).toEqual(plain)
      }),
      { numRuns: 500 },
    )
  })

  it('never throws anything but AppError', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<InputFormat>('text', 'srt', 'vtt', 'json'),
        fc.constantFrom('', 'WEBVTT\n\n', '[{'),
        words,
        (format, head, tail) => {
          try {
            parseTranscript(head + tail, format)
          } catch (error) {
            expect(error).toBeInstanceOf(AppError)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('takes a moment for the worst of a megabyte', () => {
    const started = performance.now()
    const times = '00:00:01.000 --> 00:00:02.000\n'
    for (const filler of ['<', '<a', '&#', ' ', '1\n', '-->', '00:00:01,000', '<v ', 'a\u0301']) {
      const body = `${filler.repeat(300_000 / filler.length)}x`
      for (const [format, text] of [
        ['vtt', `WEBVTT\n\n${times}${body}`],
        ['srt', `${times}${body}`],
      ] as const) {
        try {
          parseTranscript(text, format)
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
      }
    }
    expect(performance.now() - started).toBeLessThan(15_000)
  })
})
