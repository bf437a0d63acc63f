import { useSpeech } from '../state/app-context.ts'
import type { SettingsEditor } from '../state/use-settings.ts'
import { Card } from '../ui/card.tsx'
import { Choice } from '../ui/choice.tsx'
import { CoinsRow } from './coins-row.tsx'
import { SaveMark, Setting } from './setting.tsx'
import { SwitchRow } from './switch-row.tsx'

/** Where the limit starts when it is switched on. */
const FIRST_LIMIT = 100

/** The most that may be spent in a day, and who sees the person's face. */
export const SpendingCard = ({ editor: { settings, states, save } }: { editor: SettingsEditor }) => {
  const { t } = useSpeech()
  const { dailyLimit } = settings
  return (
    <Card title={t('limits-and-privacy')}>
      <Setting state={states.dailyLimit} hint={t('daily-limit-hint')}>
        <SwitchRow
          label={t('daily-limit')}
          isOn={dailyLimit !== null}
          state={dailyLimit === null ? states.dailyLimit : undefined}
          onChange={(isOn) => save({ dailyLimit: isOn ? FIRST_LIMIT : null })}
        />
        {dailyLimit !== null && (
          <CoinsRow
            label={t('daily-limit-coins')}
            value={dailyLimit}
            state={states.dailyLimit}
            onChange={(value) => save({ dailyLimit: value })}
          />
        )}
      </Setting>
      <Setting state={states.avatarVisibility} hint={t('visibility-hint')}>
        <Choice
          label={t('visibility')}
          aside={<SaveMark state={states.avatarVisibility} />}
          value={settings.avatarVisibility}
          options={[
            { value: 'everyone', label: t('visibility-everyone') },
            { value: 'me', label: t('visibility-me') },
          ]}
          onChange={(avatarVisibility) => save({ avatarVisibility })}
        />
      </Setting>
    </Card>
  )
}
