import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

type Props = {
  title?: string
  aside?: ComponentChildren
  children: ComponentChildren
  kind?: string
  testId?: string
}

/** A part of a page on a ground of its own, named by its heading. */
export const Card = ({ title, aside, children, kind = '', testId }: Props) => {
  const id = useId()
  return (
    <section
      class={`card ${kind}`}
      data-testid={testId}
      {...(title === undefined ? {} : { 'aria-labelledby': id })}
    >
      {title !== undefined && (
        <header class="card-head">
          <h2 id={id}>{title}</h2>
          {aside}
        </header>
      )}
      {children}
    </section>
  )
}
