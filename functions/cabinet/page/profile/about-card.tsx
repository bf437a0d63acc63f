import { useApp, useSpeech } from '../state/app-context.ts'
import { useAction } from '../state/use-action.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { IconButton } from '../ui/icon-button.tsx'

/** Numbers that support asks for, the accepted terms, and signing out. */
export const AboutCard = () => {
  const { t, formats, toast } = useSpeech()
  const { me, session, telegram } = useApp()
  const { isBusy, run } = useAction()
  const copy = (value: string) => async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value)
      toast('done', t('copied'))
    } catch {
      // not allowed here, such as in a frame: the number can still be selected
      toast('failed', t('copy-failed'))
    }
  }
  const signOut = async (): Promise<void> => {
    if (await run(session.signOut)) telegram.close()
  }
  return (
    <Card title={t('account')}>
      <dl class="facts">
        <div>
          <dt>{t('telegram-id')}</dt>
          <dd>
            <span class="code">{me.user.telegramId}</span>
            <IconButton
              icon="copy"
              label={t('copy-telegram-id')}
              onPress={() => void copy(String(me.user.telegramId))()}
            />
          </dd>
        </div>
        <div>
          <dt>{t('account-id')}</dt>
          <dd>
            <span class="code">{me.user.id}</span>
            <IconButton icon="copy" label={t('copy-account-id')} onPress={() => void copy(me.user.id)()} />
          </dd>
        </div>
        {me.consent !== null && (
          <div>
            <dt>{t('terms')}</dt>
            <dd>{t('terms-accepted', { version: me.consent.version, date: formats.day(me.consent.at) })}</dd>
          </div>
        )}
      </dl>
      <Button icon="out" isBusy={isBusy} onPress={() => void signOut()}>
        {t('sign-out')}
      </Button>
    </Card>
  )
}
