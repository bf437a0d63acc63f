import { useRef } from 'preact/hooks'
import { type Crop, moveCrop, resizeCrop, type Size } from '../lib/crop.ts'

type Point = { x: number; y: number }

const distance = ([one, other]: readonly Point[]): number =>
  one === undefined || other === undefined ? 0 : Math.hypot(one.x - other.x, one.y - other.y)

const STEP = 0.04
const ARROWS: Record<string, Point> = {
  ArrowLeft: { x: -STEP, y: 0 },
  ArrowRight: { x: STEP, y: 0 },
  ArrowUp: { x: 0, y: -STEP },
  ArrowDown: { x: 0, y: STEP },
}

/** Moves and resizes the square by one finger, two fingers, the mouse, its wheel, or the keyboard. */
export const useCropGestures = (size: Size, change: (edit: (crop: Crop) => Crop) => void) => {
  const fingers = useRef(new Map<number, Point>())
  const zoomBy = (factor: number): void => change((crop) => resizeCrop(crop, size, crop.side * factor))
  return {
    onPointerDown: (event: PointerEvent & { currentTarget: HTMLElement }): void => {
      event.currentTarget.setPointerCapture(event.pointerId)
      fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY })
    },
    onPointerMove: (event: PointerEvent & { currentTarget: HTMLElement }): void => {
      const before = fingers.current.get(event.pointerId)
      if (before === undefined) return
      const spread = distance([...fingers.current.values()])
      const after = { x: event.clientX, y: event.clientY }
      fingers.current.set(event.pointerId, after)
      const spreadAfter = distance([...fingers.current.values()])
      if (spread > 0 && spreadAfter > 0) zoomBy(spread / spreadAfter)
      const width = event.currentTarget.clientWidth
      const share = 1 / (Math.max(1, width) * fingers.current.size)
      change((crop) =>
        moveCrop(crop, size, {
          x: (before.x - after.x) * share * crop.side,
          y: (before.y - after.y) * share * crop.side,
        }),
      )
    },
    onPointerUp: ({ pointerId }: PointerEvent): void => void fingers.current.delete(pointerId),
    onPointerCancel: ({ pointerId }: PointerEvent): void => void fingers.current.delete(pointerId),
    onWheel: (event: WheelEvent): void => {
      event.preventDefault()
      zoomBy(event.deltaY > 0 ? 1.08 : 1 / 1.08)
    },
    onKeyDown: (event: KeyboardEvent): void => {
      const by = ARROWS[event.key]
      if (by === undefined && event.key !== '+' && event.key !== '-') return
      event.preventDefault()
      if (by === undefined) zoomBy(event.key === '+' ? 1 / 1.15 : 1.15)
      else change((crop) => moveCrop(crop, size, { x: by.x * crop.side, y: by.y * crop.side }))
    },
  }
}
