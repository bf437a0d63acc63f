import { describe, expect, it } from 'vitest'
import type { Segment } from '#shared/domain/transcript/segment.ts'
import { unzip as unzipBytes } from '../../test/support/unzip.ts'
import { type FileFormat, writeTranscriptFile } from './transcript-file.ts'

/** The parts of a document as texts. */
const unzip = (archive: Buffer): Map<string, string> =>
  new Map([...unzipBytes(archive)].map(([name, bytes]) => [name, bytes.toString('utf8')]))

const TOKEN = /<\?[^>]*\?>|<(\/?)([\w:]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>|[^<]+/gy

/** The texts of an XML document in order; throws where a tag, a reference or a character is not well-formed. */
const textsOf = (xml: string): string[] => {
  const open: string[] = []
  const texts: string[] = []
  let at = 0
  for (const [token, closing, name = '', , isEmpty] of xml.matchAll(TOKEN)) {
    at += token.length
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those that XML forbids
    if (/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&(?!(?:amp|lt|gt|quot);)/.test(token))
      throw new Error(`forbidden: ${token}`)
    if (name === '') {
      if (!token.startsWith('<')) texts.push(token)
    } else if (closing) {
      if (open.pop() !== name) throw new Error(`</${name}> closes another`)
    } else if (!isEmpty) open.push(name)
  }
  if (at !== xml.length || open.length > 0) throw new Error(`not well-formed at ${at}: ${open.join(' ')}`)
  return texts
}

const unescapeXml = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot);/g, (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name as 'amp'])

/** The words of a document, a line for each paragraph. */
const linesOf = (xml: string): string[] =>
  xml
    .replaceAll('<w:br/>', '<w:t>\n</w:t>')
    .replaceAll('<w:tab/>', '<w:t>\t</w:t>')
    .split('</w:p>')
    .slice(0, -1)
    .map((paragraph) =>
      [...paragraph.matchAll(/<w:t(?: [^>]*)?>([^<]*)<\/w:t>/g)]
        .map(([, text = '']) => unescapeXml(text))
        .join(''),
    )

const docx = async (title: string, segments: Segment[], text: string) => {
  const { body, contentType } = await writeTranscriptFile(title, { segments, text }, 'docx')
  expect(contentType).toBe('application/vnd.openxmlformats-officedocument.wordprocessingml.document')
  if (typeof body === 'string') throw new Error('A document is bytes.')
  return { body, parts: unzip(body) }
}

const SEGMENTS: Segment[] = [
  { start: 1.9, end: 3, speaker: 'Аня & Ко <b>', text: 'Привет,\n  "мир" 🙂' },
  { start: 3723, end: 3724, text: '你好\tsecond' },
  { speaker: 'Боб', text: 'без времени' },
]

describe('docx', () => {
  it('is a package that names its parts, each of them well-formed', async () => {
    const { body, parts } = await docx('Звонок "1" <script>', SEGMENTS, '')
    // what programs sniff the type by stands first
    expect(body.toString('latin1', 30, 49)).toBe('[Content_Types].xml')
    expect([...parts.keys()]).toEqual([
      '[Content_Types].xml',
      '_rels/.rels',
      'docProps/core.xml',
      'word/document.xml',
      'word/_rels/document.xml.rels',
      'word/styles.xml',
    ])
    for (const xml of parts.values()) textsOf(xml)
    const types = parts.get('[Content_Types].xml') ?? ''
    for (const [, path = ''] of types.matchAll(/PartName="\/([^"]+)"/g)) expect(parts.has(path)).toBe(true)
    for (const [, target = ''] of (parts.get('_rels/.rels') ?? '').matchAll(/Target="([^"]+)"/g))
      expect(parts.has(target)).toBe(true)
    expect(textsOf(parts.get('docProps/core.xml') ?? '').at(-1)).toBe('Звонок &quot;1&quot; &lt;script&gt;')
  })

  it('holds title, times, speakers and every letter', async () => {
    const { parts } = await docx('Звонок', SEGMENTS, '')
    expect(linesOf(parts.get('word/document.xml') ?? '')).toEqual([
      'Звонок',
      '00:01  Аня & Ко <b>: Привет,\n  "мир" 🙂',
      '1:02:03  你好\tsecond',
      'Боб: без времени',
    ])
  })

  it('holds a text without segments line by line, empty ones too', async () => {
    const { parts } = await docx('t', [], 'one\n\n  two')
    expect(linesOf(parts.get('word/document.xml') ?? '')).toEqual(['t', 'one', '', '  two'])
  })

  it('drops what XML cannot hold', async () => {
    const { parts } = await docx('a\x01b', [], 'c\x00\x08\x0b\x1b\ufffe\uffff\ud800d\x7fe')
    expect(linesOf(parts.get('word/document.xml') ?? '')).toEqual(['ab', 'cd\x7fe'])
  })

  it('is the same bytes for the same transcript', async () => {
    const [one, two] = [await docx('t', SEGMENTS, ''), await docx('t', SEGMENTS, '')]
    expect(one.body.equals(two.body)).toBe(true)
  })
})

it.each<[FileFormat, RegExp]>([
  ['txt', /^Аня/],
  ['json', /^\{"text"/],
])('%s is written as text', async (format, beginning) => {
  const { body } = await writeTranscriptFile('t', { segments: SEGMENTS, text: 'x' }, format)
  expect(body).toMatch(beginning)
})
