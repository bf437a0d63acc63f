import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon.tsx'

type Props = { icon: IconName; title: string; children?: ComponentChildren }

/** Nothing here yet: what would be here, and how it gets here. */
export const Empty = ({ icon, title, children }: Props) => (
  <div class="empty">
    <span class="empty-icon">
      <Icon name={icon} />
    </span>
    <p class="empty-title">{title}</p>
    {children}
  </div>
)
