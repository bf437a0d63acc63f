import { useApp, useSpeech } from '../state/app-context.ts'
import { Page } from '../ui/page.tsx'
import { BalanceCard } from '../wallet/balance-card.tsx'
import { AboutCard } from './about-card.tsx'
import { ConsentCard } from './consent-card.tsx'
import { PersonCard } from './person-card.tsx'

/** Who the person is here, what they have, and the way out. */
export const ProfilePage = () => {
  const { t } = useSpeech()
  const { me } = useApp()
  return (
    <Page title={t('profile')} testId="page-profile">
      <div class="columns">
        <div class="column">
          <PersonCard />
          {me.consent?.version !== me.terms.version && <ConsentCard />}
        </div>
        <div class="column">
          <BalanceCard withLink />
          <AboutCard />
        </div>
      </div>
    </Page>
  )
}
