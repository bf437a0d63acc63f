import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Page } from '../api/types.ts'
import { useApp } from './app-context.ts'

type State<Item> = {
  items: readonly Item[] | undefined
  nextCursor: string | null
  isLoading: boolean
  error: unknown
}

export type Pages<Item> = State<Item> & {
  loadMore: () => Promise<void>
  reload: () => Promise<void>
}

/** A list that comes page by page; `name` says which list it is, and another one starts afresh. */
export const usePages = <Item>(
  name: string,
  loadPage: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>,
): Pages<Item> => {
  const { cache } = useApp()
  const blank = (): State<Item> => {
    const known = cache.get(name) as Page<Item> | undefined
    return { items: known?.items, nextCursor: known?.nextCursor ?? null, isLoading: true, error: undefined }
  }
  const [state, setState] = useState(blank)
  const running = useRef<AbortController>(undefined)
  const latest = useRef(loadPage)
  latest.current = loadPage

  const load = useCallback(
    async (cursor: string | undefined) => {
      running.current?.abort()
      const controller = new AbortController()
      running.current = controller
      setState((before) => ({ ...before, isLoading: true, error: undefined }))
      try {
        const page = await latest.current(cursor, controller.signal)
        if (controller.signal.aborted) return
        if (cursor === undefined) cache.set(name, page)
        setState((before) => ({
          items: cursor === undefined ? page.items : [...(before.items ?? []), ...page.items],
          nextCursor: page.nextCursor,
          isLoading: false,
          error: undefined,
        }))
      } catch (error) {
        if (!controller.signal.aborted) setState((before) => ({ ...before, isLoading: false, error }))
      }
    },
    [cache, name],
  )

  useEffect(() => {
    setState(blank())
    void load(undefined)
    return () => running.current?.abort()
  }, [load])

  return {
    ...state,
    loadMore: () => load(state.nextCursor ?? undefined),
    reload: () => load(undefined),
  }
}
