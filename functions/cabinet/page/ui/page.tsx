import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useSpeech } from '../state/app-context.ts'
import { Icon } from './icon.tsx'

type Props = {
  title: string
  /** Where Back leads, on pages below a section. */
  back?: { href: string; label: string }
  actions?: ComponentChildren
  children: ComponentChildren
  testId: string
}

/** Whether a page has been shown: the first one leaves the focus where it is. */
let isLater = false

/** One page with its heading, which gets the focus when the page is opened, so that a screen reader begins there. */
export const Page = ({ title, back, actions, children, testId }: Props) => {
  const { t } = useSpeech()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (isLater) {
      scrollTo(0, 0)
      heading.current?.focus({ preventScroll: true })
    }
    isLater = true
  }, [testId])
  useEffect(() => {
    document.title = t('document-title', { page: title })
  }, [t, title])
  return (
    <div class="page" data-testid={testId}>
      <header class="page-head">
        {back && (
          <a class="icon-button" href={back.href} aria-label={back.label} title={back.label}>
            <Icon name="back" />
          </a>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions && <div class="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  )
}
