import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { useSpeech } from '../state/app-context.ts'
import { IconButton } from './icon-button.tsx'

type Props = {
  title: string
  /** Undefined: it cannot be closed by the person. */
  onClose?: (() => void) | undefined
  children: ComponentChildren
  /** The buttons, which stay in sight. */
  actions?: ComponentChildren
  isWide?: boolean
  testId?: string
}

/**
 * A modal dialog: from below on a phone, in the middle elsewhere. The browser itself keeps the focus within and makes the rest of the
 * page inert; afterwards the focus is where it was.
 */
export const Dialog = ({ title, onClose, children, actions, isWide = false, testId }: Props) => {
  const { t } = useSpeech()
  const element = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  // Before the dialog leaves the page: only then does the browser give the focus back to where it was. After a paint it would be
  // nowhere for a moment, and a key pressed in it lost.
  useLayoutEffect(() => {
    const dialog = element.current
    // else a second Esc would close it whatever we say
    if (dialog && !dialog.open) dialog.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={element}
      class={isWide ? 'dialog wide' : 'dialog'}
      aria-labelledby={titleId}
      data-testid={testId}
      onCancel={(event) => {
        // of this dialog, not of a file picker within
        if (event.target !== element.current) return
        event.preventDefault()
        onClose?.()
      }}
      onMouseDown={(event) => {
        if (event.target === element.current) onClose?.()
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          {onClose && <IconButton icon="close" label={t('close')} onPress={onClose} />}
        </header>
        <div class="dialog-content">{children}</div>
        {actions && <footer class="dialog-actions">{actions}</footer>}
      </div>
    </dialog>
  )
}
