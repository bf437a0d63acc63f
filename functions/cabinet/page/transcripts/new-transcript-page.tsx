import { useId, useMemo } from 'preact/hooks'
import { countCharacters } from '#shared/domain/transcript/text.ts'
import { createIntention } from '../api/intention.ts'
import { bytesOf, isBlank, MOST_TITLE, NO_DRAFT, readTextFile } from '../lib/text-file.ts'
import { useApp, useSpeech } from '../state/app-context.ts'
import { useAction } from '../state/use-action.ts'
import { goTo } from '../state/use-route.ts'
import { useStore } from '../state/use-store.ts'
import { useUnsaved } from '../state/use-unsaved.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Choice } from '../ui/choice.tsx'
import { DropZone } from '../ui/drop-zone.tsx'
import { FileButton } from '../ui/file-button.tsx'
import { Page } from '../ui/page.tsx'
import { Price } from '../ui/price.tsx'

const ACCEPTED = '.txt,.srt,.vtt,.json,text/plain'
const FORMATS = [
  { value: 'text', label: 'TXT' },
  { value: 'srt', label: 'SRT' },
  { value: 'vtt', label: 'VTT' },
  { value: 'json', label: 'JSON' },
] as const

/** A text from a file or from the clipboard. What is typed here stays until it is saved, wherever the person goes meanwhile. */
export const NewTranscriptPage = () => {
  const { t, toast, formats } = useSpeech()
  const { api, cache, draft, me, newKey, session } = useApp()
  const { isBusy, run } = useAction()
  const present = useStore(draft)
  const id = useId()
  useUnsaved(!isBlank(present))
  // another text is another intention, the same text sent again is not
  const intention = useMemo(() => createIntention(newKey), [present, newKey])
  const take = async (file: File): Promise<void> => {
    const read = await readTextFile(file)
    if (read === undefined) toast('failed', t('text-unreadable'))
    else draft.set(read)
  }
  const isTooLarge = bytesOf(present) > me.limits.transcriptBytes
  const save = async (): Promise<void> => {
    const { title, text, format } = present
    const isDone = await run(async () => {
      const { transcript } = await intention.run((key) =>
        api.saveTranscript(key, { text, format, ...(title.trim() === '' ? {} : { title: title.trim() }) }),
      )
      draft.set(NO_DRAFT)
      cache.delete('transcripts')
      goTo({ page: 'transcript', id: transcript.id })
    })
    if (!isDone) return
    toast('done', t('transcript-saved'))
    void session.resume()
  }
  return (
    <Page
      title={t('transcript-new')}
      back={{ href: '#/transcripts', label: t('back-to-transcripts') }}
      testId="page-new-transcript"
    >
      <Card>
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault()
            if (present.text.trim() !== '' && !isTooLarge) void save()
          }}
        >
          <DropZone onFile={(file) => void take(file)} hint={t('drop-text')} label={t('choose-file')}>
            <p class="soft">{t('transcript-new-hint')}</p>
            <div class="buttons">
              <FileButton
                icon="upload"
                accept={ACCEPTED}
                label={t('choose-file')}
                onFile={(file) => void take(file)}
              />
            </div>
          </DropZone>
          <div>
            <label class="label" for={`${id}-title`}>
              {t('title-optional')}
            </label>
            <input
              id={`${id}-title`}
              class="input"
              maxLength={MOST_TITLE}
              value={present.title}
              onInput={({ currentTarget }) => draft.set({ ...present, title: currentTarget.value })}
            />
          </div>
          <div>
            <label class="label" for={`${id}-text`}>
              {t('text')}
            </label>
            <textarea
              id={`${id}-text`}
              class="input text"
              rows={10}
              value={present.text}
              aria-invalid={isTooLarge}
              aria-describedby={`${id}-size`}
              onInput={({ currentTarget }) => draft.set({ ...present, text: currentTarget.value })}
            />
            <p id={`${id}-size`} class={isTooLarge ? 'field-error' : 'soft small'}>
              {isTooLarge
                ? t('text-too-large', { size: formats.bytes(me.limits.transcriptBytes) })
                : t('characters', { count: countCharacters(present.text) })}
            </p>
          </div>
          <Choice
            label={t('format')}
            options={FORMATS}
            value={present.format}
            onChange={(format) => draft.set({ ...present, format })}
          />
          <Price service="transcript" />
          <div class="buttons">
            <Button
              kind="primary"
              type="submit"
              isBusy={isBusy}
              disabled={present.text.trim() === '' || isTooLarge}
            >
              {t('save')}
            </Button>
            {!isBlank(present) && (
              <Button kind="quiet" onPress={() => draft.set(NO_DRAFT)}>
                {t('clear')}
              </Button>
            )}
          </div>
        </form>
      </Card>
    </Page>
  )
}
