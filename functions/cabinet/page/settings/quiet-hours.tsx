import { useId } from 'preact/hooks'
import { useSpeech } from '../state/app-context.ts'
import type { SettingsEditor } from '../state/use-settings.ts'
import { Setting } from './setting.tsx'
import { SwitchRow } from './switch-row.tsx'

/** What most people call night. */
const NIGHT = { from: '23:00', to: '08:00' }

/** Half-hours of a day, and what was chosen elsewhere to the minute. Not the browser's own field: it speaks the browser's language. */
const timesFor = (present: string, otherEnd: string): string[] => {
  const times = Array.from({ length: 48 }, (_, index) => {
    const [hour, half] = [Math.floor(index / 2), index % 2]
    return `${String(hour).padStart(2, '0')}:${half === 0 ? '00' : '30'}`
  })
  const all = times.includes(present) ? times : [...times, present].toSorted()
  // the same time twice is no span
  return all.filter((time) => time !== otherEnd)
}

/** Hours in which nothing comes that can wait. */
export const QuietHours = ({ editor: { settings, states, save } }: { editor: SettingsEditor }) => {
  const { t } = useSpeech()
  const id = useId()
  const { quietHours } = settings
  const change = (patch: { from?: string; to?: string }): void => {
    save({ quietHours: { ...(quietHours ?? NIGHT), ...patch } })
  }
  return (
    <Setting state={states.quietHours} hint={t('quiet-hours-hint')}>
      <SwitchRow
        label={t('quiet-hours')}
        isOn={quietHours !== null}
        state={states.quietHours}
        onChange={(isOn) => save({ quietHours: isOn ? NIGHT : null })}
      />
      {quietHours !== null && (
        <div class="time-span">
          {(['from', 'to'] as const).map((end) => (
            <label key={end} for={`${id}-${end}`}>
              <span class="label">{t(end === 'from' ? 'quiet-from' : 'quiet-to')}</span>
              <select
                id={`${id}-${end}`}
                class="select"
                value={quietHours[end]}
                onChange={({ currentTarget }) => change({ [end]: currentTarget.value })}
              >
                {timesFor(quietHours[end], quietHours[end === 'from' ? 'to' : 'from']).map((time) => (
                  <option key={time} value={time}>
                    {time}
                  </option>
                ))}
              </select>
            </label>
          ))}
        </div>
      )}
    </Setting>
  )
}
