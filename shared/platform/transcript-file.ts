import { docxParts } from '#shared/domain/transcript/docx.ts'
import { OUTPUT_FORMATS, type ParsedTranscript, renderTranscript } from '#shared/domain/transcript-formats.ts'
import { makeZip } from './zip.ts'

/** What a transcript can be taken away as; the words are the files' extensions. */
export const FILE_FORMATS = [...OUTPUT_FORMATS, 'docx'] as const
export type FileFormat = (typeof FILE_FORMATS)[number]

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** A transcript as a file. @throws AppError invalid_input when subtitles are asked of a text without times */
export const writeTranscriptFile = async (
  title: string,
  { segments, text }: ParsedTranscript,
  format: FileFormat,
): Promise<{ body: string | Buffer; contentType: string }> =>
  format === 'docx'
    ? { body: await makeZip(docxParts(title, segments, text)), contentType: DOCX }
    : renderTranscript(segments, text, format)
