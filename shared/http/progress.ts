/** Shows how far something is: never two at a time, each after a pause. What is overtaken meanwhile is left out. */
export type Progress<Stage> = {
  set: (stage: Stage) => void
  /** Shows nothing more; resolves when what is being shown is. */
  stop: () => Promise<void>
}

/** `show` must not reject. The first stage waits for the pause too: something was shown just before. */
export const createProgress = <Stage>(
  show: (stage: Stage) => Promise<void>,
  pauseMs: number,
): Progress<Stage> => {
  let next: { stage: Stage } | undefined
  let isActive = false
  let isOver = false
  let timer: NodeJS.Timeout | undefined
  let showing = Promise.resolve()

  const showNext = (): void => {
    const due = next
    next = undefined
    isActive = due !== undefined && !isOver
    if (due && !isOver) showing = show(due.stage).finally(wait)
  }
  const wait = (): void => {
    if (!isOver) timer = setTimeout(showNext, pauseMs)
  }
  return {
    set: (stage) => {
      next = { stage }
      if (isActive || isOver) return
      isActive = true
      wait()
    },
    stop: async () => {
      isOver = true
      clearTimeout(timer)
      await showing
    },
  }
}
