import { useEffect } from 'preact/hooks'
import { useApp } from './app-context.ts'

/** While something typed is not saved, the browser and Telegram ask before the page is closed. */
export const useUnsaved = (isUnsaved: boolean): void => {
  const { telegram } = useApp()
  useEffect(() => {
    if (!isUnsaved) return undefined
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    addEventListener('beforeunload', ask)
    telegram.guardClosing(true)
    return () => {
      removeEventListener('beforeunload', ask)
      telegram.guardClosing(false)
    }
  }, [isUnsaved, telegram])
}
