import { useApp, useSpeech } from '../state/app-context.ts'
import { useAction } from '../state/use-action.ts'
import { BotLink } from '../ui/bot-link.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'

/** The terms that hold now are not accepted yet, or an older version of them is. */
export const ConsentCard = () => {
  const { t, toast } = useSpeech()
  const { api, me, session } = useApp()
  const { isBusy, run } = useAction()
  const { version } = me.terms
  const accept = async (): Promise<void> => {
    const isDone = await run(async () => {
      await api.consent(version)
      await session.resume()
    })
    if (isDone) toast('done', t('consent-thanks'))
  }
  return (
    <Card title={t('terms')} testId="consent">
      <p>{me.consent === null ? t('consent-ask', { version }) : t('consent-newer', { version })}</p>
      <div class="buttons">
        <Button kind="primary" icon="check" isBusy={isBusy} onPress={() => void accept()}>
          {t('consent-yes')}
        </Button>
        <BotLink>{t('consent-read')}</BotLink>
      </div>
    </Card>
  )
}
