import { useSpeech } from '../state/app-context.ts'
import type { SettingsEditor } from '../state/use-settings.ts'
import { Card } from '../ui/card.tsx'
import { CoinsRow } from './coins-row.tsx'
import { QuietHours } from './quiet-hours.tsx'
import { Setting } from './setting.tsx'
import { SwitchRow } from './switch-row.tsx'

/** What the bot writes about, and when. */
export const NotificationsCard = ({ editor }: { editor: SettingsEditor }) => {
  const { t } = useSpeech()
  const { settings, states, save } = editor
  return (
    <Card title={t('notifications')}>
      <Setting state={states.receipts} hint={t('receipts-hint')}>
        <SwitchRow
          label={t('receipts')}
          isOn={settings.receipts}
          state={states.receipts}
          onChange={(receipts) => save({ receipts })}
        />
      </Setting>
      <Setting state={states.lowBalance ?? states.lowBalanceThreshold} hint={t('low-balance-hint')}>
        <SwitchRow
          label={t('low-balance')}
          isOn={settings.lowBalance}
          state={states.lowBalance}
          onChange={(lowBalance) => save({ lowBalance })}
        />
        {settings.lowBalance && (
          <CoinsRow
            label={t('low-balance-threshold')}
            value={settings.lowBalanceThreshold}
            state={states.lowBalanceThreshold}
            onChange={(lowBalanceThreshold) => save({ lowBalanceThreshold })}
          />
        )}
      </Setting>
      <QuietHours editor={editor} />
    </Card>
  )
}
