import { useId, useState } from 'preact/hooks'
import type { Transcript } from '../api/types.ts'
import { MOST_TITLE } from '../lib/text-file.ts'
import { useApp, useSpeech } from '../state/app-context.ts'
import { useAction } from '../state/use-action.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Note } from '../ui/note.tsx'

type Props = { transcript: Transcript; onClose: () => void; onRenamed: (transcript: Transcript) => void }

export const RenameDialog = ({ transcript, onClose, onRenamed }: Props) => {
  const { t, toast } = useSpeech()
  const { api } = useApp()
  const { isBusy, error, run } = useAction('in place')
  const [title, setTitle] = useState(transcript.title)
  const form = useId()
  const isEmpty = title.trim() === ''
  const save = (): void => {
    if (isEmpty) return
    void run(async () => {
      const answer = await api.renameTranscript(transcript.id, title.trim())
      toast('done', t('renamed'))
      onRenamed(answer.transcript)
    })
  }
  return (
    <Dialog
      title={t('rename')}
      onClose={onClose}
      testId="rename"
      actions={
        <>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button kind="primary" isBusy={isBusy} disabled={isEmpty} onPress={save}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <label class="label" for={`${form}-title`}>
          {t('title')}
        </label>
        <input
          id={`${form}-title`}
          class="input"
          value={title}
          maxLength={MOST_TITLE}
          aria-invalid={isEmpty}
          onInput={({ currentTarget }) => setTitle(currentTarget.value)}
        />
      </form>
      {error !== undefined && (
        <Note kind="error" isUrgent>
          {error}
        </Note>
      )}
    </Dialog>
  )
}
