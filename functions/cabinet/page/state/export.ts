import type { CabinetApi } from '../api/cabinet-api.ts'
import { createIntention } from '../api/intention.ts'
import { createStore, type Store } from '../lib/store.ts'

export type ExportProgress =
  | { kind: 'none' }
  | { kind: 'done' }
  | { kind: 'failed' }
  /** In hundredths. */
  | { kind: 'running'; progress: number }

export type Exports = { state: Store<ExportProgress>; start: () => Promise<void> }

const LOOK_MS = 1_500
/** So often in a row the server may not be reached before the page gives up looking; the archive is made all the same. */
const MOST_FAILURES = 10

type Options = {
  api: Pick<CabinetApi, 'startExport' | 'exportState'>
  newKey: () => string
  schedule?: (work: () => void, ms: number) => unknown
}

/** An archive made in the background, looked at until it is there; it goes on while the person looks at other pages. */
export const createExports = ({ api, newKey, schedule = setTimeout }: Options): Exports => {
  const state = createStore<ExportProgress>({ kind: 'none' })
  const intention = createIntention(newKey)

  const look = async (exportId: string, failures: number): Promise<void> => {
    try {
      const present = await api.exportState(exportId)
      if (present.state === 'done') return state.set({ kind: 'done' })
      if (present.state === 'failed') return state.set({ kind: 'failed' })
      state.set({ kind: 'running', progress: present.progress })
      schedule(() => void look(exportId, 0), LOOK_MS)
    } catch {
      if (failures >= MOST_FAILURES) state.set({ kind: 'failed' })
      else schedule(() => void look(exportId, failures + 1), LOOK_MS)
    }
  }

  return {
    state,
    start: async () => {
      const { exportId } = await intention.run((key) => api.startExport(key))
      state.set({ kind: 'running', progress: 0 })
      await look(exportId, 0)
    },
  }
}
