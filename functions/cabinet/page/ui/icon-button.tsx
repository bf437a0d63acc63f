import { Icon, type IconName } from './icon.tsx'

type Props = { icon: IconName; label: string; onPress: () => void; isBusy?: boolean; isDanger?: boolean }

/** A button without words on it; `label` is its name. */
export const IconButton = ({ icon, label, onPress, isBusy = false, isDanger = false }: Props) => (
  <button
    type="button"
    class={`icon-button${isDanger ? ' danger' : ''}`}
    aria-label={label}
    title={label}
    aria-busy={isBusy}
    onClick={() => {
      if (!isBusy) onPress()
    }}
  >
    <Icon name={icon} />
  </button>
)
