import type { Transcript } from '../api/types.ts'
import { useApp, useSpeech } from '../state/app-context.ts'
import { usePages } from '../state/use-pages.ts'
import { Bones } from '../ui/bones.tsx'
import { Card } from '../ui/card.tsx'
import { Empty } from '../ui/empty.tsx'
import { Failure } from '../ui/failure.tsx'
import { More } from '../ui/more.tsx'
import { TranscriptRow } from './transcript-row.tsx'

const PAGE = 20

/** All transcripts, newest first. */
export const TranscriptList = () => {
  const { t } = useSpeech()
  const { api } = useApp()
  const pages = usePages<Transcript>('transcripts', (cursor, signal) =>
    api.transcripts({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }, signal),
  )
  const { items, error } = pages
  return (
    <Card testId="transcripts">
      {items === undefined && error === undefined && <Bones rows={5} />}
      {items === undefined && error !== undefined && (
        <Failure error={error} onRetry={() => void pages.reload()} />
      )}
      {items?.length === 0 && (
        <Empty icon="transcripts" title={t('transcripts-empty')}>
          <p class="soft">{t('transcripts-empty-hint')}</p>
        </Empty>
      )}
      {items !== undefined && items.length > 0 && (
        <ul class="rows">
          {items.map((transcript) => (
            <li key={transcript.id}>
              <TranscriptRow transcript={transcript} />
            </li>
          ))}
        </ul>
      )}
      <More pages={pages} />
    </Card>
  )
}
