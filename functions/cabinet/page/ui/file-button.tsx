import { useId } from 'preact/hooks'
import { Icon, type IconName } from './icon.tsx'

type Props = {
  label: string
  icon: IconName
  accept: string
  kind?: 'primary' | 'plain'
  /** Opens the camera at once, on phones. */
  capture?: 'user'
  onFile: (file: File) => void
}

/** Opens the system's file picker: an input that looks like the other buttons, and is reached by keyboard as they are. */
export const FileButton = ({ label, icon, accept, kind = 'plain', capture, onFile }: Props) => {
  const id = useId()
  return (
    <span class="file-button">
      <input
        id={id}
        class="sr-only"
        type="file"
        accept={accept}
        {...(capture === undefined ? {} : { capture })}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0]
          if (file) onFile(file)
          // so that the same file can be chosen again
          currentTarget.value = ''
        }}
      />
      <label class={`button ${kind}`} for={id}>
        <Icon name={icon} />
        <span>{label}</span>
      </label>
    </span>
  )
}
