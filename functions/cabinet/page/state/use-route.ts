import { useEffect, useState } from 'preact/hooks'
import { hrefOf, parseRoute, type Route } from '../lib/router.ts'

/** The place that the address names. */
export const useRoute = (): Route => {
  const [hash, setHash] = useState(() => location.hash)
  useEffect(() => {
    const follow = (): void => setHash(location.hash)
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return parseRoute(hash)
}

export const goTo = (route: Route): void => {
  location.hash = hrefOf(route)
}
