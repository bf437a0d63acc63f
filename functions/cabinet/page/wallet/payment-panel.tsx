import { useApp, useSpeech } from '../state/app-context.ts'
import type { PaymentState } from '../state/payment.ts'
import { useAction } from '../state/use-action.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'

const Waiting = ({ url }: { url: string | undefined }) => {
  const { t } = useSpeech()
  const { payments, telegram } = useApp()
  const { isBusy, run } = useAction()
  return (
    <div class="buttons">
      <Button kind="primary" icon="refresh" isBusy={isBusy} onPress={() => void run(payments.check)}>
        {t('payment-check')}
      </Button>
      {url !== undefined && (
        <a
          class="button plain"
          href={url}
          target="_blank"
          rel="noopener noreferrer"
          onClick={(event) => {
            if (telegram.openInvoice(url) !== undefined || telegram.openLink(url)) event.preventDefault()
          }}
        >
          <Icon name="open" />
          <span>{t('payment-open')}</span>
        </a>
      )}
    </div>
  )
}

/** How the payment under way stands; read out as it changes. */
export const PaymentPanel = ({ payment }: { payment: PaymentState }) => {
  const { t } = useSpeech()
  const { payments } = useApp()
  const isWaiting = payment.kind === 'waiting' || payment.kind === 'late'
  return (
    <div role="status" data-testid="payment" data-state={payment.kind}>
      {payment.kind !== 'none' && (
        <div class={`payment ${payment.kind}`}>
          <span class="payment-sign" aria-hidden="true">
            {payment.kind === 'paid' ? <Icon name="check" /> : <span class="spinner" />}
          </span>
          <div class="payment-words">
            <p>
              {payment.kind === 'opening' && t('payment-opening')}
              {payment.kind === 'paid' && t('payment-paid', { coins: payment.coins })}
              {payment.kind === 'waiting' && t('payment-waiting', { coins: payment.order.coins })}
              {payment.kind === 'late' && t('payment-late')}
              {payment.kind === 'cancelled' && t('payment-cancelled', { coins: payment.order.coins })}
            </p>
            {isWaiting && <Waiting url={payment.url} />}
          </div>
          {payment.kind !== 'opening' && (
            <IconButton icon="close" label={t('close')} onPress={payments.dismiss} />
          )}
        </div>
      )}
    </div>
  )
}
