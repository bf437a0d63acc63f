import type { ComponentChildren, JSX } from 'preact'
import { Icon, type IconName } from './icon.tsx'

type Props = {
  /** `primary`: the one thing to do here; `danger`: cannot be taken back; `quiet`: without a ground. */
  kind?: 'primary' | 'plain' | 'danger' | 'quiet'
  icon?: IconName
  isBusy?: boolean
  isWide?: boolean
  onPress?: () => void
  type?: 'button' | 'submit'
  disabled?: boolean
  children: ComponentChildren
  'aria-label'?: string
  'aria-expanded'?: boolean
  'data-testid'?: string
}

/** A button that shows when its work is under way; its measures stay the same then. */
export const Button = ({
  kind = 'plain',
  icon,
  isBusy = false,
  isWide = false,
  onPress,
  type = 'button',
  disabled = false,
  children,
  ...rest
}: Props): JSX.Element => (
  <button
    {...rest}
    type={type}
    class={`button ${kind}${isWide ? ' wide' : ''}`}
    aria-busy={isBusy}
    aria-disabled={isBusy || disabled}
    onClick={(event) => {
      if (isBusy || disabled) event.preventDefault()
      else onPress?.()
    }}
  >
    {icon && <Icon name={icon} />}
    <span>{children}</span>
  </button>
)
