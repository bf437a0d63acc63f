import { createStore } from '../lib/store.ts'

export type ToastKind = 'done' | 'failed'
export type Toast = { id: number; kind: ToastKind; text: string }

/** Long enough to be read; a failure stays twice as long. */
const SHOWN_MS = 4_500
const MOST = 3

export const createToasts = () => {
  const shown = createStore<readonly Toast[]>([])
  let last = 0
  const dismiss = (id: number): void => shown.set(shown.get().filter((toast) => toast.id !== id))
  return {
    shown,
    dismiss,
    show: (kind: ToastKind, text: string): void => {
      last += 1
      const id = last
      shown.set([...shown.get().filter((toast) => toast.text !== text), { id, kind, text }].slice(-MOST))
      setTimeout(dismiss, kind === 'failed' ? 2 * SHOWN_MS : SHOWN_MS, id)
    },
  }
}

export type Toasts = ReturnType<typeof createToasts>
