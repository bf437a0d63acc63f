import { useSpeech } from '../state/app-context.ts'
import type { Toasts } from '../state/toasts.ts'
import { useStore } from '../state/use-store.ts'
import { Icon } from './icon.tsx'
import { IconButton } from './icon-button.tsx'

/** Short news, read out by screen readers; what fails within a dialog is told there instead. */
export const ToastList = ({ toasts }: { toasts: Toasts }) => {
  const { t } = useSpeech()
  const shown = useStore(toasts.shown)
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} class={`toast ${toast.kind}`}>
          <Icon name={toast.kind === 'done' ? 'check' : 'warning'} />
          <p>{toast.text}</p>
          <IconButton icon="close" label={t('close')} onPress={() => toasts.dismiss(toast.id)} />
        </div>
      ))}
    </div>
  )
}
