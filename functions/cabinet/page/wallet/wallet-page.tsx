import { useSpeech } from '../state/app-context.ts'
import { Page } from '../ui/page.tsx'
import { BalanceCard } from './balance-card.tsx'
import { EntryDialog } from './entry-dialog.tsx'
import { HistoryCard } from './history-card.tsx'
import { TopUpCard } from './top-up-card.tsx'
import { UsageCard } from './usage-card.tsx'

/** Coins: how many, where from, where to. `entry` is the movement that is being explained. */
export const WalletPage = ({ entry }: { entry?: string | undefined }) => {
  const { t } = useSpeech()
  return (
    <Page title={t('wallet')} testId="page-wallet">
      <div class="columns">
        <div class="column">
          <BalanceCard />
          <TopUpCard />
        </div>
        <div class="column">
          <UsageCard />
          <HistoryCard />
        </div>
      </div>
      {entry !== undefined && <EntryDialog key={entry} id={entry} />}
    </Page>
  )
}
