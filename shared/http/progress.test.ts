import { expect, test } from 'vitest'
import { createProgress } from './progress.ts'

const PAUSE_MS = 20

test('what is overtaken is left out, one at a time, nothing after the stop', async () => {
  const shown: string[] = []
  let underWay = 0
  let most = 0
  const first = Promise.withResolvers<void>()
  const progress = createProgress(async (stage: string) => {
    underWay += 1
    most = Math.max(most, underWay)
    shown.push(stage)
    if (shown.length === 1) await first.promise
    underWay -= 1
  }, PAUSE_MS)
  progress.set('a')
  progress.set('b')
  await expect.poll(() => shown).toEqual(['b'])
  progress.set('c')
  progress.set('d')
  first.resolve()
  await expect.poll(() => shown).toEqual(['b', 'd'])
  progress.set('e')
  await progress.stop()
  progress.set('f')
  await new Promise((resolve) => setTimeout(resolve, 3 * PAUSE_MS))
  expect([shown, most]).toEqual([['b', 'd'], 1])
})

test('after a pause in which nothing came it goes on', async () => {
  const shown: string[] = []
  const progress = createProgress(async (stage: string) => void shown.push(stage), PAUSE_MS)
  progress.set('a')
  await expect.poll(() => shown).toEqual(['a'])
  await new Promise((resolve) => setTimeout(resolve, 3 * PAUSE_MS))
  progress.set('b')
  await expect.poll(() => shown).toEqual(['a', 'b'])
  await progress.stop()
})
