import { useApp, useSpeech } from '../state/app-context.ts'
import { Coin } from '../ui/coin.tsx'
import { Note } from '../ui/note.tsx'

/** What can be spent, what is set aside, what is owed. */
export const BalanceCard = ({ withLink = false }: { withLink?: boolean }) => {
  const { t, formats } = useSpeech()
  const { coins, held, debt } = useApp().me.balance
  const spendable = Math.max(0, coins - held - debt)
  return (
    <section class="card balance-card" aria-label={t('balance')} data-testid="balance">
      <p class="label">{t('balance-free')}</p>
      <p class="amount">
        <Coin />
        <span data-testid="spendable">{formats.number(spendable)}</span>
        <span class="amount-unit">{t('coins-noun', { count: spendable })}</span>
      </p>
      {(held > 0 || debt > 0) && (
        <dl class="facts">
          <div>
            <dt>{t('balance-all')}</dt>
            <dd>{formats.number(coins)}</dd>
          </div>
          {held > 0 && (
            <div>
              <dt>{t('balance-held')}</dt>
              <dd>{formats.number(held)}</dd>
            </div>
          )}
        </dl>
      )}
      {debt > 0 && <Note kind="warning">{t('balance-debt', { debt })}</Note>}
      {withLink && (
        <a class="button primary wide" href="#/wallet">
          <span>{t('top-up-do')}</span>
        </a>
      )}
    </section>
  )
}
