import { useState } from 'preact/hooks'
import { useApp, useSpeech } from '../state/app-context.ts'
import { useDebounced } from '../state/use-debounced.ts'
import { Icon } from '../ui/icon.tsx'
import { Page } from '../ui/page.tsx'
import { Found } from './found.tsx'
import { TranscriptList } from './transcript-list.tsx'

const PAUSE_MS = 300
/** As the server takes it. */
const MOST_CHARACTERS = 200
const WORDS = 'transcripts words'

/** Every transcript, or those that hold the words searched for. */
export const TranscriptsPage = () => {
  const { t } = useSpeech()
  const { cache } = useApp()
  const [words, setWords] = useState(() => (cache.get(WORDS) as string | undefined) ?? '')
  const settled = useDebounced(words.trim(), PAUSE_MS)
  const type = (value: string): void => {
    // still there when the person comes back from reading
    cache.set(WORDS, value)
    setWords(value)
  }
  const add = (
    <a class="button primary" href="#/transcripts/new">
      <Icon name="plus" />
      <span>{t('transcript-add')}</span>
    </a>
  )
  return (
    <Page title={t('transcripts')} actions={add} testId="page-transcripts">
      <search class="search">
        <Icon name="search" />
        <input
          type="search"
          class="input"
          aria-label={t('search')}
          placeholder={t('search-words')}
          maxLength={MOST_CHARACTERS}
          value={words}
          onInput={({ currentTarget }) => type(currentTarget.value)}
        />
      </search>
      {settled === '' ? <TranscriptList /> : <Found key={settled} words={settled} />}
    </Page>
  )
}
