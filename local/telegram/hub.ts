/** One value to many listeners, in order, at once. */
export type Hub<T> = {
  emit: (value: T) => void
  /** The answer stops listening. */
  subscribe: (listener: (value: T) => void) => () => void
}

export const createHub = <T>(): Hub<T> => {
  const listeners = new Set<(value: T) => void>()
  return {
    emit: (value) => {
      for (const listener of [...listeners]) listener(value)
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
