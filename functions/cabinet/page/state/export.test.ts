import { expect, test } from 'vitest'
import { offline } from '../api/problem.ts'
import { createExports } from './export.ts'

/** An export whose states are told one after another. */
const exportsOf = (...states: ({ state: string; progress: number } | Error)[]) => {
  const due: (() => void)[] = []
  const exports = createExports({
    api: {
      startExport: async () => ({ exportId: 'e' }),
      exportState: async () => {
        const next = states.length > 1 ? states.shift() : states[0]
        if (next === undefined || next instanceof Error) throw next
        return next
      },
    },
    newKey: () => 'key',
    schedule: (work) => due.push(work),
  })
  const look = async (): Promise<void> => {
    due.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { exports, due, look }
}

test('shows how far it is, and stops at the end', async () => {
  const { exports, due, look } = exportsOf(
    { state: 'queued', progress: 0 },
    { state: 'building', progress: 40 },
    { state: 'done', progress: 100 },
  )
  await exports.start()
  expect(exports.state.get()).toEqual({ kind: 'running', progress: 0 })
  await look()
  expect(exports.state.get()).toEqual({ kind: 'running', progress: 40 })
  await look()
  expect(exports.state.get()).toEqual({ kind: 'done' })
  expect(due).toEqual([])
})

test('a failure of the work is told', async () => {
  const { exports } = exportsOf({ state: 'failed', progress: 30 })
  await exports.start()
  expect(exports.state.get()).toEqual({ kind: 'failed' })
})

test('a few looks that fail do no harm; a server that stays away ends the looking', async () => {
  const brief = exportsOf(offline(), offline(), { state: 'done', progress: 100 })
  await brief.exports.start()
  await brief.look()
  await brief.look()
  expect(brief.exports.state.get()).toEqual({ kind: 'done' })
  const long = exportsOf(offline())
  await long.exports.start()
  for (let turn = 0; turn < 20; turn += 1) await long.look()
  expect(long.exports.state.get()).toEqual({ kind: 'failed' })
  expect(long.due).toEqual([])
})
