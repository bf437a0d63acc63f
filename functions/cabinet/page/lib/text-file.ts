import { decodeTextBytes } from '#shared/domain/transcript/decode-bytes.ts'
import type { TranscriptUpload } from '../api/types.ts'

export type Draft = { title: string; text: string; format: TranscriptUpload['format'] }

export const NO_DRAFT: Draft = { title: '', text: '', format: 'text' }

export const isBlank = ({ title, text }: Draft): boolean => title.trim() === '' && text.trim() === ''

const FORMATS = { txt: 'text', text: 'text', md: 'text', srt: 'srt', vtt: 'vtt', json: 'json' } as const

const isExtension = (name: string): name is keyof typeof FORMATS => Object.hasOwn(FORMATS, name)

/** Characters of a title, as transcript-save takes them. */
export const MOST_TITLE = 200

/** Reads a text file in the encodings that the bot takes too. Undefined where it is no such file. */
export const readTextFile = async (file: File): Promise<Draft | undefined> => {
  const [, stem = '', extension = ''] = /^(.*)\.([^.]+)$/s.exec(file.name) ?? []
  const known = extension.toLowerCase()
  if (!isExtension(known)) return undefined
  try {
    const text = decodeTextBytes(new Uint8Array(await file.arrayBuffer()))
    return { text, format: FORMATS[known], title: Array.from(stem.trim()).slice(0, MOST_TITLE).join('') }
  } catch {
    return undefined // no text, or one that cannot be read
  }
}

/** Bytes that the text takes on its way, roughly as JSON has it. */
export const bytesOf = ({ text }: Draft): number => new TextEncoder().encode(JSON.stringify(text)).length
