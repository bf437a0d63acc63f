import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'

type Props = { onFile: (file: File) => void; children: ComponentChildren; hint: string; label: string }

/** A place to drop a file on; everything that it does can be done with the buttons in it too. */
export const DropZone = ({ onFile, children, hint, label }: Props) => {
  const [isOver, setOver] = useState(false)
  // entering a child counts as leaving its parent
  const depth = useRef(0)
  const move = (step: number): void => {
    depth.current = Math.max(0, depth.current + step)
    setOver(depth.current > 0)
  }
  return (
    <fieldset
      aria-label={label}
      class={isOver ? 'drop-zone over' : 'drop-zone'}
      data-testid="drop-zone"
      onDragEnter={(event) => {
        event.preventDefault()
        move(1)
      }}
      onDragLeave={() => move(-1)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        move(-depth.current)
        const file = event.dataTransfer?.files[0]
        if (file) onFile(file)
      }}
    >
      {children}
      <p class="drop-hint" aria-hidden={!isOver}>
        {hint}
      </p>
    </fieldset>
  )
}
