import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** The width of an element in CSS pixels, as it changes. */
export const useWidth = (element: RefObject<HTMLElement | null>, atFirst: number): number => {
  const [width, setWidth] = useState(atFirst)
  useEffect(() => {
    const observed = element.current
    if (observed === null) return undefined
    const observer = new ResizeObserver(() => setWidth(observed.clientWidth || atFirst))
    observer.observe(observed)
    return () => observer.disconnect()
  }, [element, atFirst])
  return width
}
