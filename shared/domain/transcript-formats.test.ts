import { describe, expect, it } from 'vitest'
import { AppError } from '#shared/errors.ts'
import type { Segment } from './transcript/segment.ts'
import {
  type InputFormat,
  parseTranscript as parse,
  renderTranscript,
  type TranscriptLimits,
} from './transcript-formats.ts'

const LIMITS: TranscriptLimits = { maxCharacters: 1_000_000, maxSegments: 1_000, maxLineCharacters: 1_000 }

const parseTranscript = (text: string, format: InputFormat, limits: Partial<TranscriptLimits> = {}) =>
  parse(text, format, { ...LIMITS, ...limits })

const refusal = (run: () => unknown): AppError => {
  try {
    run()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const two: Segment[] = [
  { start: 0, end: 1.5, text: 'Привет!' },
  { start: 3661.25, end: 3662, text: 'Два\nряда' },
]

describe('text', () => {
  it('has no segments and stays as it is, but for line ends', () => {
    expect(parseTranscript(' one \r\n\r\n  two\t\n', 'text')).toEqual({
      segments: [],
      text: ' one\n\n  two\n',
    })
  })

  it.each<InputFormat>(['text', 'srt', 'vtt', 'json'])('is refused when %s says nothing', (format) => {
    const empty = {
      text: ' \n\t',
      srt: '1\n00:00:01,000 --> 00:00:02,000\n \n',
      vtt: 'WEBVTT\n\nNOTE x\n',
      json: '[]',
    }
    expect(refusal(() => parseTranscript(empty[format], format))).toMatchObject({
      code: 'invalid_input',
      extra: { reason: 'empty' },
    })
  })

  it('is too large beyond the limit, in characters and not in UTF-16 units', () => {
    expect(parseTranscript('😀😀😀', 'text', { maxCharacters: 3 }).text).toBe('😀😀😀')
    expect(refusal(() => parseTranscript('😀😀😀', 'text', { maxCharacters: 2 })).code).toBe('too_large')
    const hidden = JSON.stringify({ text: 'a', segments: [{ text: 'aaaa' }] })
    expect(refusal(() => parseTranscript(hidden, 'json', { maxCharacters: 3 })).code).toBe('too_large')
  })

  it.each<[string, InputFormat, string, number]>([
    ['segments', 'json', JSON.stringify([{ text: 'a' }, { text: 'b' }, { text: 'c' }]), 3],
    ['segments', 'srt', '00:01,000 --> 00:02,000\na\n\n00:03,000 --> 00:04,000\nb\n', 2],
    ['segments', 'vtt', 'WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>a</v><v B>b</v>\n', 2],
  ])('has a limit of %s in %s', (_, format, source, maxSegments) => {
    expect(parseTranscript(source, format, { maxSegments }).segments).toHaveLength(maxSegments)
    const error = refusal(() => parseTranscript(source, format, { maxSegments: maxSegments - 1 }))
    expect([error.code, error.detail]).toEqual([
      'too_large',
      `A transcript has at most ${maxSegments - 1} segments.`,
    ])
  })

  it('has a limit for lines of segments, not for a plain text that is one line', () => {
    const segments = JSON.stringify([{ text: 'short' }, { text: `${'a'.repeat(8)}\n${'b'.repeat(9)}` }])
    expect(parseTranscript(segments, 'json', { maxLineCharacters: 9 }).segments).toHaveLength(2)
    const error = refusal(() => parseTranscript(segments, 'json', { maxLineCharacters: 8 }))
    expect([error.code, error.detail]).toEqual([
      'too_large',
      'Segment 2 has a line of more than 8 characters.',
    ])
    expect(parseTranscript('a'.repeat(5_000), 'text', { maxLineCharacters: 8 }).text).toHaveLength(5_000)
  })

  it('has no subtitles, and says so', () => {
    const { segments, text } = parseTranscript('one\ntwo', 'text')
    expect(renderTranscript(segments, text, 'txt').body).toBe('one\ntwo')
    for (const format of ['srt', 'vtt'] as const) {
      expect(refusal(() => renderTranscript(segments, text, format))).toMatchObject({
        code: 'invalid_input',
        detail: expect.stringContaining('no times'),
      })
    }
  })
})

describe('srt', () => {
  it('is read', () => {
    const source =
      '1\n00:00:00,000 --> 00:00:01,500\nПривет!\n\n2\n01:01:01,250 --> 01:01:02,000\nДва\nряда\n'
    expect(parseTranscript(source, 'srt')).toEqual({ segments: two, text: 'Привет!\nДва\nряда' })
  })

  it.each([
    ['byte order mark and CR LF', '\ufeff1\r\n00:00:00,000 --> 00:00:01,500\r\nПривет!\r\n'],
    ['dots', '1\n00:00:00.000 --> 00:00:01.500\nПривет!'],
    ['no index', '00:00:00,000 --> 00:00:01,500\nПривет!'],
    ['no hours, short fraction', '1\n00:00,0 --> 00:01,5\nПривет!'],
    ['coordinates', '1\n00:00:00,000 --> 00:00:01,500  X1:40 X2:600 Y1:20 Y2:50\nПривет!'],
    ['no spaces at the arrow', '1\n00:00:00,000-->00:00:01,500\n Привет! \n'],
    ['blank lines', '\n\n1\n00:00:00,000 --> 00:00:01,500\nПривет!\n\n\n\n'],
  ])('is read with %s', (_, source) => {
    expect(parseTranscript(source, 'srt').segments).toEqual([two[0]])
  })

  it('is read where blank lines between the cues were forgotten', () => {
    const source =
      '1\n00:00:01,000 --> 00:00:02,000\none\n2\n00:00:03,000 --> 00:00:04,000\n7\n00:00:05,000 --> 00:00:06,000\nthree'
    expect(parseTranscript(source, 'srt').segments.map(({ start, text }) => [start, text])).toEqual([
      [1, 'one'],
      [5, 'three'],
    ])
  })

  it.each([
    [1, 'hello'],
    [1, '1\n'],
    [2, '1\n00:00:01,000 -> 00:00:02,000 --> x\nhi'],
    [2, '1\n00:61:01,000 --> 00:62:02,000\nhi'],
    [2, '1\n00:00:02,000 --> 00:00:01,000\nhi'],
    [5, '1\n00:00:01,000 --> 00:00:02,000\nhi\n\nlost words\n'],
    [2, '1\n00:00:01,000 --> \nhi'],
  ])('is refused naming line %s: %j', (line, source) => {
    const error = refusal(() => parseTranscript(source, 'srt'))
    expect([error.code, error.detail?.split(':')[0]]).toEqual(['invalid_input', `Line ${line}`])
  })

  it('is written', () => {
    const { body, contentType } = renderTranscript(two, '', 'srt')
    expect(contentType).toBe('application/x-subrip; charset=utf-8')
    expect(body).toBe(
      '1\n00:00:00,000 --> 00:00:01,500\nПривет!\n\n2\n01:01:01,250 --> 01:01:02,000\nДва\nряда\n',
    )
  })

  it('is written with names, and no text can pass for times', () => {
    const segments = [{ start: 1, end: 2, speaker: 'Аня', text: 'x\n00:00:05,000 --> 00:00:06,000' }]
    expect(renderTranscript(segments, '', 'srt').body).toContain('\nАня: x\n00:00:05,000 → 00:00:06,000\n')
  })
})

describe('vtt', () => {
  it('is read without header, notes, styles, regions, names and settings of cues', () => {
    const source = `WEBVTT - Title
Kind: captions

STYLE
::cue { color: red }

REGION
id:fred

NOTE
--> not a cue

intro
00:00.000 --> 00:01.500 align:start position:0%
<c.yellow>При<00:00:00.500>вет</c>!

01:01:01.250 --> 01:01:02.000
<i>Два</i>
<b>ряда</b>
`
    expect(parseTranscript(source, 'vtt').segments).toEqual(two)
  })

  it('knows who speaks', () => {
    const source =
      'WEBVTT\n\n00:01.000 --> 00:02.000\n<v.loud Анна &amp; Ко>Да</v>\n<v Борис>Нет</v>\n\n00:03.000 --> 00:04.000\nhm'
    expect(parseTranscript(source, 'vtt').segments).toEqual([
      { start: 1, end: 2, speaker: 'Анна & Ко', text: 'Да' },
      { start: 1, end: 2, speaker: 'Борис', text: 'Нет' },
      { start: 3, end: 4, text: 'hm' },
    ])
  })

  it('reads character references and leaves a lone < alone', () => {
    const source =
      'WEBVTT\n\n00:01.000 --> 00:02.000\n&lt;v A&gt; 1 < 2 &amp;amp; &#1071;&#x44F;&#0;&#xD800; &unknown; <b'
    expect(parseTranscript(source, 'vtt').segments[0]?.text).toBe(
      '<v A> 1 < 2 &amp; Яя\ufffd\ufffd &unknown; <b',
    )
  })

  it('is read where the first cue follows the header at once', () => {
    expect(parseTranscript('WEBVTT\n00:01.000 --> 00:02.000\nhi', 'vtt').segments).toHaveLength(1)
  })

  it.each([
    [1, '00:01.000 --> 00:02.000\nhi'],
    [1, 'WEBVTTX\n\n'],
    [3, 'WEBVTT\n\nhello\n'],
    [4, 'WEBVTT\n\nid\n00:01.000 --> never\nhi'],
  ])('is refused naming line %s: %j', (line, source) => {
    expect(refusal(() => parseTranscript(source, 'vtt')).detail).toMatch(new RegExp(`^Line ${line}:`))
  })

  it('is written, with everything escaped', () => {
    const segments = [{ start: 1, end: 2, speaker: 'A>B', text: '<i> & -->' }]
    const { body, contentType } = renderTranscript(segments, '', 'vtt')
    expect(body).toBe('WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v A&gt;B>&lt;i&gt; &amp; --&gt;\n')
    expect(contentType).toBe('text/vtt; charset=utf-8')
  })
})

describe('json', () => {
  it('is read as Whisper writes it', () => {
    const source = {
      text: ' Привет! Пока. ',
      language: 'ru',
      segments: [
        { id: 0, seek: 0, start: 0, end: 1.50049, text: ' Привет!', tokens: [1], temperature: 0 },
        { id: 1, start: 1.5, end: 3, text: ' Пока.', speaker: ' SPEAKER_00\n' },
        { id: 2, start: 3, end: 3, text: '  ' },
      ],
    }
    expect(parseTranscript(`\ufeff${JSON.stringify(source)}`, 'json')).toEqual({
      text: ' Привет! Пока.',
      segments: [
        { start: 0, end: 1.5, text: 'Привет!' },
        { start: 1.5, end: 3, speaker: 'SPEAKER_00', text: 'Пока.' },
      ],
    })
  })

  it.each([
    [
      'an array',
      '[{"text":"a"},{"text":"b","start":null,"end":null}]',
      [{ text: 'a' }, { text: 'b' }],
      'a\nb',
    ],
    [
      'segments alone',
      '{"segments":[{"text":"a","start":1,"end":2}]}',
      [{ start: 1, end: 2, text: 'a' }],
      'a',
    ],
    ['text alone', '{"text":"a\\r\\nb  "}', [], 'a\nb'],
  ])('is read: %s', (_, source, segments, text) => {
    expect(parseTranscript(source, 'json')).toEqual({ segments, text })
  })

  it.each([
    ['Line 2', '{\n"text": "a" "b"}'],
    ['The text is no valid JSON', '{"text": }'],
    ['The JSON', '"text"'],
    ['The JSON', 'null'],
    ['The JSON', '{"segments":[{"text":1}]}'],
    ['Segment 2', '[{"text":"a"},{"text":"b","start":2,"end":1}]'],
    ['The text', '{"text":"a\\u0000"}'],
    ['The text', '[{"text":"\\ud800"}]'],
  ])('is refused with "%s": %s', (beginning, source) => {
    const error = refusal(() => parseTranscript(source, 'json'))
    expect([error.code, error.detail?.startsWith(beginning)]).toEqual(['invalid_input', true])
  })

  it('names what is wrong, and never quotes the text', () => {
    const segments = [{ text: 'ok' }, { text: 'ok', start: -1 }, { text: 'ok', end: 1e300 }]
    const paths = refusal(() => parseTranscript(JSON.stringify({ segments }), 'json')).errors?.map(
      ({ path }) => path,
    )
    expect(paths).toEqual(['segments.1.start', 'segments.2.end'])
    expect(refusal(() => parseTranscript('{"text": CANARY', 'json')).message).not.toContain('CANARY')
  })
})

describe('txt', () => {
  it('names the speakers of a dialogue', () => {
    const segments = [{ speaker: 'Аня', text: 'Да' }, { text: 'Нет' }]
    expect(renderTranscript(segments, 'Да\nНет', 'txt')).toEqual({
      body: 'Аня: Да\nНет',
      contentType: 'text/plain; charset=utf-8',
    })
  })
})
