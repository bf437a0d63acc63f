import { fileNameIn } from '../lib/file-name.ts'

/** Time enough for the browser to begin its download. */
const KEPT_MS = 60_000

const press = (url: string, name: string): void => {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}

/** Gives an answer to the person as a file. */
export const saveFile = async (response: Response, otherwise: string): Promise<void> => {
  const url = URL.createObjectURL(await response.blob())
  press(url, fileNameIn(response.headers.get('content-disposition'), otherwise))
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS)
}
