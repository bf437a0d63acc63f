import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

type Props<Value extends string> = {
  label: string
  options: readonly { value: Value; label: string }[]
  value: Value
  onChange: (value: Value) => void
  /** Beside the label. */
  aside?: ComponentChildren
}

/** A few possibilities beside each other, one of them chosen: radio buttons, drawn as one control. */
export const Choice = <Value extends string>({ label, options, value, onChange, aside }: Props<Value>) => {
  const name = useId()
  return (
    <div role="radiogroup" aria-labelledby={`${name}-label`}>
      <div class="label-line">
        <span class="label" id={`${name}-label`}>
          {label}
        </span>
        {aside}
      </div>
      <div class="choice-options">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </div>
  )
}
