import { useSpeech } from '../state/app-context.ts'
import type { TimeZones } from '../state/use-time-zones.ts'

type Props = { id: string; zones: TimeZones; value: string; onChange: (zone: string) => void }

/** Every time zone; the cities that most people look for come first. */
export const ZoneSelect = ({ id, zones, value, onChange }: Props) => {
  const { t } = useSpeech()
  const isListed = [...zones.cities, ...zones.others].some((one) => one.value === value)
  const group = (label: string, options: TimeZones['cities']) =>
    options.length > 0 && (
      <optgroup label={label}>
        {options.map((one) => (
          <option key={one.value} value={one.value}>
            {one.label}
          </option>
        ))}
      </optgroup>
    )
  return (
    <select
      id={id}
      class="select wide"
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    >
      {!isListed && <option value={value}>{zones.labelOf(value)}</option>}
      {group(t('zones-cities'), zones.cities)}
      {group(t('zones-others'), zones.others)}
    </select>
  )
}
