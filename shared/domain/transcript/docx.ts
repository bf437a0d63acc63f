import type { Segment } from './segment.ts'

/** One file inside the package; its name is ASCII. */
export type PackagePart = { name: string; content: string }

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml'

/** What XML 1.0 has no way to write, not even escaped; tab and line end become elements of their own. */
const FORBIDDEN = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

const escapeXml = (text: string): string =>
  text
    .replace(FORBIDDEN, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

const runOf = (text: string, properties = ''): string =>
  text
    .split(/([\n\t])/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const content =
        piece === '\n'
          ? '<w:br/>'
          : piece === '\t'
            ? '<w:tab/>'
            : `<w:t xml:space="preserve">${escapeXml(piece)}</w:t>`
      return `<w:r>${properties}${content}</w:r>`
    })
    .join('')

const paragraph = (runs: string, style?: string): string =>
  `<w:p>${style === undefined ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}${runs}</w:p>`

/** `1:02:03`: whole seconds are enough to find a place in a recording. */
const clockOf = (seconds: number): string => {
  const whole = Math.trunc(seconds)
  const pad = (value: number): string => String(value).padStart(2, '0')
  const rest = `${pad(Math.trunc(whole / 60) % 60)}:${pad(whole % 60)}`
  return whole < 3600 ? rest : `${Math.trunc(whole / 3600)}:${rest}`
}

const TIME = '<w:rPr><w:rStyle w:val="Time"/></w:rPr>'
const SPEAKER = '<w:rPr><w:b/></w:rPr>'

const segmentParagraph = ({ start, speaker, text }: Segment): string =>
  paragraph(
    [
      start === undefined ? '' : runOf(`${clockOf(start)}  `, TIME),
      speaker === undefined ? '' : runOf(`${speaker}: `, SPEAKER),
      runOf(text),
    ].join(''),
  )

const documentOf = (title: string, segments: readonly Segment[], text: string): string => {
  const body =
    segments.length > 0
      ? segments.map(segmentParagraph)
      : text.split('\n').map((line) => paragraph(runOf(line)))
  return `${XML}<w:document xmlns:w="${MAIN}"><w:body>${paragraph(runOf(title), 'Title')}${body.join('')}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="709" w:footer="709" w:gutter="0"/></w:sectPr></w:body></w:document>`
}

const STYLES = `${XML}<w:styles xmlns:w="${MAIN}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="22"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style><w:style w:type="character" w:customStyle="1" w:styleId="Time"><w:name w:val="Time"/><w:rPr><w:color w:val="808080"/></w:rPr></w:style></w:styles>`

const CONTENT_TYPES = `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="${WORD}.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="${WORD}.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`

const PACKAGE_RELATIONS = `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="${PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`

const DOCUMENT_RELATIONS = `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`

const propertiesOf = (title: string): string =>
  `${XML}<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${escapeXml(title)}</dc:title></cp:coreProperties>`

/**
 * The parts of a WordprocessingML document (ECMA-376, 4th edition, part 1, 11.3.10), the content types first: title, then a paragraph for
 * each segment with its time and speaker, or for each line of a text without segments. What XML cannot hold is dropped.
 */
export const docxParts = (title: string, segments: readonly Segment[], text: string): PackagePart[] => [
  { name: '[Content_Types].xml', content: CONTENT_TYPES },
  { name: '_rels/.rels', content: PACKAGE_RELATIONS },
  { name: 'docProps/core.xml', content: propertiesOf(title) },
  { name: 'word/document.xml', content: documentOf(title, segments, text) },
  { name: 'word/_rels/document.xml.rels', content: DOCUMENT_RELATIONS },
  { name: 'word/styles.xml', content: STYLES },
]
