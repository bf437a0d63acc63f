import { useEffect, useId, useState } from 'preact/hooks'
import { parseCoins } from '../lib/coins-input.ts'
import { useSpeech } from '../state/app-context.ts'
import type { SaveState } from '../state/use-settings.ts'
import { SaveMark } from './setting.tsx'

/** After this long without a key, what was typed is saved. */
const PAUSE_MS = 900

type Props = { label: string; value: number; state: SaveState | undefined; onChange: (value: number) => void }

/** An amount of coins, saved when the person stops typing, presses Enter or goes on. */
export const CoinsRow = ({ label, value, state, onChange }: Props) => {
  const { t } = useSpeech()
  const id = useId()
  const [typed, setTyped] = useState(String(value))
  const parsed = parseCoins(typed)
  // what is saved elsewhere, or goes back because it could not be saved
  useEffect(() => setTyped((before) => (parseCoins(before) === value ? before : String(value))), [value])
  const commit = (): void => {
    if (parsed !== undefined && parsed !== value) onChange(parsed)
  }
  useEffect(() => {
    const timer = setTimeout(commit, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed])
  return (
    <>
      <div class="setting-line">
        <label for={id}>{label}</label>
        <SaveMark state={state} />
        <input
          id={id}
          class="input coins-input"
          inputMode="numeric"
          autoComplete="off"
          maxLength={12}
          value={typed}
          aria-invalid={parsed === undefined}
          {...(parsed === undefined ? { 'aria-describedby': `${id}-error` } : {})}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit()
          }}
        />
      </div>
      {parsed === undefined && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {t('coins-wrong')}
        </p>
      )}
    </>
  )
}
