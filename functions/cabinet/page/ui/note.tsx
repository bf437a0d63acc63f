import type { ComponentChildren } from 'preact'
import { Icon } from './icon.tsx'

type Props = { kind: 'info' | 'warning' | 'error'; children: ComponentChildren; isUrgent?: boolean }

/** A remark that stands out; an urgent one is read out at once. */
export const Note = ({ kind, children, isUrgent = false }: Props) => (
  <div class={`note ${kind}`} {...(isUrgent ? { role: 'alert' } : {})}>
    {kind !== 'info' && <Icon name="warning" />}
    <div>{children}</div>
  </div>
)
