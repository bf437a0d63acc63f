import { encodeCallback } from '#shared/domain/callback-data.ts'
import type { Language } from '#shared/domain/settings.ts'
import { text } from '#shared/domain/texts/texts.ts'
import type { Keyboard } from './outgoing.ts'

type FileFormat = 'txt' | 'srt' | 'vtt' | 'json' | 'docx'

/** What can be done with a transcript that is shown: taken away, renamed, deleted; and the way to the others. Subtitles need times. */
export const transcriptActions = (
  language: Language,
  {
    id,
    hasTimes,
    formats,
    isBelow = false,
  }: { id: string; hasTimes: boolean; formats: readonly FileFormat[]; isBelow?: boolean },
): Keyboard => [
  formats
    .filter((format) => hasTimes || (format !== 'srt' && format !== 'vtt'))
    .map((format) => ({
      text: text(language, 'transcript-button-file', { format }),
      data: encodeCallback({ kind: 'transcript-file', id, format }),
    })),
  [
    {
      text: text(language, 'transcript-button-rename'),
      data: encodeCallback({ kind: 'transcript-rename', id }),
    },
    {
      text: text(language, 'transcript-button-delete'),
      data: encodeCallback({ kind: 'transcript-delete', id }),
    },
  ],
  (['transcripts', 'menu'] as const).map((screen) => ({
    text: text(language, `button-${screen}`),
    data: encodeCallback({ kind: 'menu', screen, ...(isBelow ? { isBelow } : {}) }),
  })),
]
