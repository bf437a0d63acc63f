import type { ComponentChildren } from 'preact'
import { useSpeech } from '../state/app-context.ts'
import { useAction } from '../state/use-action.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Note } from './note.tsx'

type Props = {
  title: string
  children: ComponentChildren
  /** What the button that does it says. */
  yes: string
  onYes: () => Promise<unknown>
  onClose: () => void
}

/** Asks before something is deleted. The way out has the focus at first. */
export const Confirm = ({ title, children, yes, onYes, onClose }: Props) => {
  const { t } = useSpeech()
  const { isBusy, error, run } = useAction('in place')
  const confirm = async (): Promise<void> => {
    if (await run(onYes)) onClose()
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      testId="confirm"
      actions={
        <>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button kind="danger" isBusy={isBusy} onPress={() => void confirm()}>
            {yes}
          </Button>
        </>
      }
    >
      {children}
      {error !== undefined && (
        <Note kind="error" isUrgent>
          {error}
        </Note>
      )}
    </Dialog>
  )
}
