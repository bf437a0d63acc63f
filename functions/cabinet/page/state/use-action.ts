import { useCallback, useRef, useState } from 'preact/hooks'
import { problemText } from '../lib/problem-text.ts'
import { useSpeech } from './app-context.ts'

export type Action = {
  isBusy: boolean
  /** Why the last try failed, where it is told in place. */
  error: string | undefined
  /** Resolves to whether it was done. */
  run: (work: () => Promise<unknown>) => Promise<boolean>
}

/**
 * Something that a press starts, one at a time. A failure is told in a toast, or in place: within a dialog, since what lies outside of one is
 * not read out.
 */
export const useAction = (tells: 'in a toast' | 'in place' = 'in a toast'): Action => {
  const { t, toast } = useSpeech()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<string>()
  const busy = useRef(false)
  const run = useCallback(
    async (work: () => Promise<unknown>) => {
      if (busy.current) return false
      busy.current = true
      setBusy(true)
      setError(undefined)
      try {
        await work()
        return true
      } catch (cause) {
        const text = problemText(t, cause)
        if (tells === 'in place') setError(text)
        else toast('failed', text)
        return false
      } finally {
        busy.current = false
        setBusy(false)
      }
    },
    [t, toast, tells],
  )
  return { isBusy, error, run }
}
