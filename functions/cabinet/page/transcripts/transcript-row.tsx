import type { FoundTranscript, Transcript } from '../api/types.ts'
import { cutAtHits } from '../lib/highlight.ts'
import { useSpeech } from '../state/app-context.ts'
import { Icon } from '../ui/icon.tsx'

type Props = { transcript: Transcript; snippet?: FoundTranscript['snippet'] }

/** A transcript in a list; where it was searched for, with the place that was found. */
export const TranscriptRow = ({ transcript, snippet }: Props) => {
  const { t, formats } = useSpeech()
  return (
    <a class="row" href={`#/transcripts/${transcript.id}`}>
      <span class="row-words">
        <span class="row-title">{transcript.title}</span>
        {snippet !== undefined && (
          <span class="snippet">
            {cutAtHits(snippet.text, snippet.hits).map(({ text, isHit, at }) =>
              isHit ? <mark key={at}>{text}</mark> : text,
            )}
          </span>
        )}
        <span class="soft small">
          {formats.moment(transcript.createdAt)} · {t('characters', { count: transcript.characters })}
        </span>
      </span>
      <Icon name="forward" />
    </a>
  )
}
