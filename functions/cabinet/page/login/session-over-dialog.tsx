import { useEffect } from 'preact/hooks'
import { useApp, useSpeech } from '../state/app-context.ts'
import { useAction } from '../state/use-action.ts'
import { BotLink } from '../ui/bot-link.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'

/** The session is over: the person logs in again elsewhere, and everything here goes on where it was, with what they had typed. */
export const SessionOverDialog = () => {
  const { t, toast } = useSpeech()
  const { session } = useApp()
  const { isBusy, run } = useAction()
  useEffect(() => {
    // they come back from the tab where they have logged in
    const look = (): void => {
      if (document.visibilityState === 'visible') void session.resume()
    }
    document.addEventListener('visibilitychange', look)
    addEventListener('focus', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      removeEventListener('focus', look)
    }
  }, [session])
  const check = async (): Promise<void> => {
    if (!(await session.resume())) toast('failed', t('session-still-over'))
  }
  return (
    <Dialog
      title={t('session-over')}
      testId="session-over"
      actions={
        <>
          <BotLink>{t('open-bot')}</BotLink>
          <Button kind="primary" isBusy={isBusy} onPress={() => void run(check)}>
            {t('session-check')}
          </Button>
        </>
      }
    >
      <p>{t('session-over-hint')}</p>
    </Dialog>
  )
}
