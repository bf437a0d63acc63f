import type { ComponentChildren } from 'preact'
import { useSpeech } from '../state/app-context.ts'
import type { SaveState } from '../state/use-settings.ts'
import { Icon } from '../ui/icon.tsx'

/** Whether a setting was saved; the place for it is always there, so that nothing moves. */
export const SaveMark = ({ state }: { state: SaveState | undefined }) => {
  const { t } = useSpeech()
  return (
    <span class="save-mark" role="status">
      {state?.kind === 'saving' && <span class="spinner small" aria-hidden="true" />}
      {state?.kind === 'saved' && (
        <span class="saved">
          <Icon name="check" />
          <span>{t('saved')}</span>
        </span>
      )}
    </span>
  )
}

type Props = {
  state: SaveState | undefined
  hint?: string
  children: ComponentChildren
}

/** A setting with what it means, and why it could not be saved. */
export const Setting = ({ state, hint, children }: Props) => {
  const { t } = useSpeech()
  return (
    <div class="setting">
      {children}
      {hint !== undefined && <p class="soft small">{hint}</p>}
      {state?.kind === 'failed' && (
        <p class="field-error" role="alert">
          {t('not-saved', { why: state.text })}
        </p>
      )}
    </div>
  )
}
