import { useId, useMemo, useState } from 'preact/hooks'
import { createIntention } from '../api/intention.ts'
import { useApp, useSpeech } from '../state/app-context.ts'
import { useAction } from '../state/use-action.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Note } from '../ui/note.tsx'

/** The word must be typed: nobody deletes an account by a slip of the finger. */
export const DeleteDialog = ({ onClose }: { onClose: () => void }) => {
  const { t, formats, toast } = useSpeech()
  const { api, newKey, session, telegram } = useApp()
  const { isBusy, error, run } = useAction('in place')
  const [typed, setTyped] = useState('')
  const id = useId()
  const intention = useMemo(() => createIntention(newKey), [newKey])
  const word = t('account-delete-word')
  const isConfirmed = typed.trim().toLowerCase() === word.toLowerCase()
  const ask = (): void => {
    if (!isConfirmed) return
    void run(async () => {
      const { eraseAt } = await intention.run((key) => api.askDeletion(key))
      session.patchMe({ deletion: { eraseAt } })
      telegram.vibrate('warning')
      toast('done', t('deletion-pending', { date: formats.moment(eraseAt) }))
      onClose()
    })
  }
  return (
    <Dialog
      title={t('account-delete-title')}
      onClose={onClose}
      testId="delete-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button kind="danger" isBusy={isBusy} disabled={!isConfirmed} onPress={ask}>
            {t('account-delete')}
          </Button>
        </>
      }
    >
      <Note kind="warning">{t('account-delete-what')}</Note>
      <p>{t('account-delete-grace')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          ask()
        }}
      >
        <label class="label" for={id}>
          {t('account-delete-type', { word })}
        </label>
        <input
          id={id}
          class="input"
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
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
