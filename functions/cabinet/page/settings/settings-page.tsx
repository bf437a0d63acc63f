import { useSpeech } from '../state/app-context.ts'
import { useSettings } from '../state/use-settings.ts'
import { Page } from '../ui/page.tsx'
import { DataCard } from './data-card.tsx'
import { DeleteCard } from './delete-card.tsx'
import { NotificationsCard } from './notifications-card.tsx'
import { PlaceCard } from './place-card.tsx'
import { SpendingCard } from './spending-card.tsx'

/** Everything that a person may decide here. */
export const SettingsPage = () => {
  const { t } = useSpeech()
  const editor = useSettings()
  return (
    <Page title={t('settings')} testId="page-settings">
      <div class="columns">
        <div class="column">
          <PlaceCard editor={editor} />
          <NotificationsCard editor={editor} />
        </div>
        <div class="column">
          <SpendingCard editor={editor} />
          <DataCard />
          <DeleteCard />
        </div>
      </div>
    </Page>
  )
}
