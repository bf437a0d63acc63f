import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { useApp } from './app-context.ts'

export type Loaded<Answer> = {
  data: Answer | undefined
  error: unknown
  reload: () => Promise<void>
  /** Puts in what a change has answered, without asking again. */
  put: (next: Answer) => void
}

/** Reads something when the component appears; what was read before under the same name is shown meanwhile. */
export const useLoaded = <Answer>(name: string, load: () => Promise<Answer>): Loaded<Answer> => {
  const { cache } = useApp()
  const [state, setState] = useState({
    data: cache.get(name) as Answer | undefined,
    error: undefined as unknown,
  })
  const isHere = useRef(true)
  const latest = useRef(load)
  latest.current = load

  const put = useCallback(
    (data: Answer) => {
      cache.set(name, data)
      if (isHere.current) setState({ data, error: undefined })
    },
    [cache, name],
  )
  const reload = useCallback(async () => {
    setState((before) => ({ ...before, error: undefined }))
    try {
      put(await latest.current())
    } catch (error) {
      if (isHere.current) setState((before) => ({ ...before, error }))
    }
  }, [put])

  useEffect(() => {
    isHere.current = true
    void reload()
    return () => {
      isHere.current = false
    }
  }, [reload])
  return { ...state, reload, put }
}
