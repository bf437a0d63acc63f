import { useState } from 'preact/hooks'
import type { WholeTranscript } from '../api/types.ts'
import { useApp, useSpeech } from '../state/app-context.ts'
import { saveFile } from '../state/save-file.ts'
import { useAction } from '../state/use-action.ts'
import { Button } from '../ui/button.tsx'

/** Subtitles need times. */
const TIMED = new Set(['srt', 'vtt'])
const FORMATS = ['txt', 'srt', 'vtt', 'json', 'docx'] as const

/** The transcript as a file, in each format that it can be had in. */
export const ExportButtons = ({ whole }: { whole: WholeTranscript }) => {
  const { t } = useSpeech()
  const { api } = useApp()
  const { isBusy, run } = useAction()
  const [asked, setAsked] = useState<string>()
  const { transcript, segments } = whole
  const isTimed =
    segments.length > 0 && segments.every(({ start, end }) => start !== undefined && end !== undefined)
  const save = (format: string): void => {
    setAsked(format)
    void run(async () => saveFile(await api.transcriptFile(transcript.id, format), `transcript.${format}`))
  }
  return (
    <div class="buttons">
      {FORMATS.filter((format) => isTimed || !TIMED.has(format)).map((format) => (
        <Button
          key={format}
          icon="download"
          isBusy={isBusy && asked === format}
          aria-label={t('download-as', { format })}
          onPress={() => save(format)}
        >
          {format}
        </Button>
      ))}
    </div>
  )
}
