import { useApp, useSpeech } from '../state/app-context.ts'
import { useAction } from '../state/use-action.ts'
import { Button } from '../ui/button.tsx'
import { Note } from '../ui/note.tsx'

/** On every page while the account waits for its deletion. */
export const DeletionBanner = () => {
  const { t, formats, toast } = useSpeech()
  const { api, me, session } = useApp()
  const { isBusy, run } = useAction()
  if (me.deletion === null) return null
  const undo = async (): Promise<void> => {
    const isDone = await run(async () => {
      await api.undoDeletion()
      session.patchMe({ deletion: null })
    })
    if (isDone) toast('done', t('deletion-undone'))
  }
  return (
    <div class="banner" data-testid="deletion-banner">
      <Note kind="warning">
        <p>{t('deletion-pending', { date: formats.moment(me.deletion.eraseAt) })}</p>
        <Button isBusy={isBusy} onPress={() => void undo()}>
          {t('deletion-undo')}
        </Button>
      </Note>
    </div>
  )
}
