import { useId } from 'preact/hooks'
import type { Language } from '#shared/domain/settings.ts'
import { deviceZone, zoneNames } from '../lib/time-zones.ts'
import { useApp, useSpeech } from '../state/app-context.ts'
import type { SettingsEditor } from '../state/use-settings.ts'
import { useTimeZones } from '../state/use-time-zones.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Choice } from '../ui/choice.tsx'
import { SaveMark, Setting } from './setting.tsx'
import { ZoneSelect } from './zone-select.tsx'

/** Each by its own name, so that whoever reads only one of them finds it. */
const LANGUAGE_NAMES: Record<Language, string> = { ru: 'Русский', en: 'English' }

/** Language and time zone. */
export const PlaceCard = ({ editor: { settings, states, save } }: { editor: SettingsEditor }) => {
  const { t, language } = useSpeech()
  const { me } = useApp()
  const id = useId()
  const zones = useTimeZones(language)
  const here = deviceZone()
  const canTakeHere = here !== settings.timeZone && zoneNames().includes(here)
  return (
    <Card title={t('language-and-time')}>
      <Setting state={states.language}>
        <Choice
          label={t('language')}
          aside={<SaveMark state={states.language} />}
          value={settings.language}
          options={me.languages.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
          onChange={(value) => save({ language: value })}
        />
      </Setting>
      <Setting state={states.timeZone} hint={t('time-zone-hint')}>
        <div class="label-line">
          <label class="label" for={id}>
            {t('time-zone')}
          </label>
          <SaveMark state={states.timeZone} />
        </div>
        <ZoneSelect
          id={id}
          zones={zones}
          value={settings.timeZone}
          onChange={(timeZone) => save({ timeZone })}
        />
        {canTakeHere && (
          <Button kind="quiet" onPress={() => save({ timeZone: here })}>
            {t('time-zone-here', { zone: zones.labelOf(here) })}
          </Button>
        )}
      </Setting>
    </Card>
  )
}
