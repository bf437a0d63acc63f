import { useEffect } from 'preact/hooks'
import type { FoundTranscript } from '../api/types.ts'
import { useApp, useSpeech } from '../state/app-context.ts'
import { usePages } from '../state/use-pages.ts'
import { Bones } from '../ui/bones.tsx'
import { Card } from '../ui/card.tsx'
import { Empty } from '../ui/empty.tsx'
import { Failure } from '../ui/failure.tsx'
import { More } from '../ui/more.tsx'
import { TranscriptRow } from './transcript-row.tsx'

/** What a search has found. A page of it may come empty while there is more: then the next one is asked for at once. */
export const Found = ({ words }: { words: string }) => {
  const { t } = useSpeech()
  const { api } = useApp()
  const pages = usePages<FoundTranscript>(`found ${words}`, (cursor, signal) =>
    api.searchTranscripts({ q: words, ...(cursor === undefined ? {} : { cursor }) }, signal),
  )
  const { items, error, isLoading, nextCursor } = pages
  const goesOn = items?.length === 0 && nextCursor !== null
  useEffect(() => {
    if (goesOn && !isLoading && error === undefined) void pages.loadMore()
  }, [goesOn, isLoading, nextCursor])
  const isSearching = (items === undefined || goesOn) && error === undefined
  return (
    <Card title={t('found')} testId="found">
      {isSearching && <Bones rows={3} />}
      {(items === undefined || items.length === 0) && error !== undefined && (
        <Failure error={error} onRetry={() => void pages.reload()} />
      )}
      {items?.length === 0 && !goesOn && (
        <Empty icon="search" title={t('found-none', { words })}>
          <p class="soft">{t('found-none-hint')}</p>
        </Empty>
      )}
      {items !== undefined && items.length > 0 && (
        <>
          <ul class="rows">
            {items.map(({ transcript, snippet }) => (
              <li key={transcript.id}>
                <TranscriptRow transcript={transcript} snippet={snippet} />
              </li>
            ))}
          </ul>
          <More pages={pages} />
        </>
      )}
    </Card>
  )
}
