import { byId } from './dom.js'

const hint = byId('drop-hint')

const carriesFiles = (event) => event.dataTransfer?.types.includes('Files') ?? false

/** Files dropped anywhere on the page go to `onFiles`, while `isOpen` says that somebody can send them. */
export const acceptDrops = (isOpen, onFiles) => {
  document.addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return
    event.preventDefault()
    hint.hidden = !isOpen()
  })
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) hint.hidden = true
  })
  document.addEventListener('drop', (event) => {
    if (!carriesFiles(event)) return
    // Without this a browser leaves the page and shows the file.
    event.preventDefault()
    hint.hidden = true
    if (isOpen()) onFiles([...event.dataTransfer.files])
  })
}
