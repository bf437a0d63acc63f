import { useSpeech } from '../state/app-context.ts'
import type { WhyOut } from '../state/session.ts'
import { Button } from '../ui/button.tsx'
import { Coin } from '../ui/coin.tsx'

const REASONS = {
  none: 'login-none',
  link: 'login-link',
  data: 'login-data',
  'signed-out': 'login-signed-out',
  cookies: 'login-cookies',
} as const

type Props = { why: WhyOut; canRetry: boolean; onRetry: () => void }

/** For whoever is not logged in: why, and the two ways in. */
export const LoginPage = ({ why, canRetry, onRetry }: Props) => {
  const { t } = useSpeech()
  return (
    <main class="login" data-testid="page-login" data-why={why}>
      <div class="card login-card">
        <Coin />
        <h1>{t('login-title')}</h1>
        <p>{t(REASONS[why])}</p>
        <ol class="steps">
          <li>{t('login-step-bot')}</li>
          <li>{t('login-step-menu')}</li>
          <li>{t('login-step-link')}</li>
        </ol>
        {canRetry && (
          <Button kind="primary" isWide onPress={onRetry}>
            {t('login-again')}
          </Button>
        )}
      </div>
    </main>
  )
}
