import { useId } from 'preact/hooks'
import type { SaveState } from '../state/use-settings.ts'
import { SaveMark } from './setting.tsx'

type Props = { label: string; isOn: boolean; state: SaveState | undefined; onChange: (isOn: boolean) => void }

/** Something that is on or off. */
export const SwitchRow = ({ label, isOn, state, onChange }: Props) => {
  const id = useId()
  return (
    <div class="setting-line">
      <label for={id}>{label}</label>
      <SaveMark state={state} />
      <input
        id={id}
        class="switch"
        type="checkbox"
        role="switch"
        checked={isOn}
        aria-checked={isOn}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
    </div>
  )
}
