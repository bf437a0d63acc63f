import { useEffect, useState } from 'preact/hooks'
import type { Store } from '../lib/store.ts'

/** The store's value, now and at every change. */
export const useStore = <Value>(store: Store<Value>): Value => {
  const [, refresh] = useState({})
  const value = store.get()
  useEffect(() => {
    // it may have changed between the first drawing and this moment
    if (!Object.is(store.get(), value)) refresh({})
    return store.watch(() => refresh({}))
  }, [store])
  return value
}
