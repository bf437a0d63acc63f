import { useRef, useState } from 'preact/hooks'
import type { Settings, SettingsPatch } from '../api/types.ts'
import { problemText } from '../lib/problem-text.ts'
import { useApp, useSpeech } from './app-context.ts'

export type SaveState = { kind: 'saving' } | { kind: 'saved' } | { kind: 'failed'; text: string }

export type SettingsEditor = {
  settings: Settings
  /** How the last change of a setting went. */
  states: Partial<Record<keyof Settings, SaveState>>
  save: (patch: SettingsPatch) => void
}

/** How long "Saved" is shown. */
const SHOWN_MS = 2_500

/**
 * Settings take effect at once and are saved one after another; what cannot be saved goes back to what it was, with the reason beside it.
 */
export const useSettings = (): SettingsEditor => {
  const { t } = useSpeech()
  const { api, me, session } = useApp()
  const [states, setStates] = useState<SettingsEditor['states']>({})
  const queue = useRef(Promise.resolve())
  const shown = useRef(me.settings)
  shown.current = me.settings

  const show = (settings: Settings): void => {
    shown.current = settings
    session.patchMe({ settings })
  }
  const mark = (patch: SettingsPatch, state: SaveState | undefined): void => {
    const marks = Object.fromEntries(Object.keys(patch).map((name) => [name, state]))
    setStates((before) => ({ ...before, ...marks }))
  }
  const send = async (patch: SettingsPatch, before: Settings): Promise<void> => {
    try {
      await api.saveSettings(patch)
      mark(patch, { kind: 'saved' })
      setTimeout(mark, SHOWN_MS, patch, undefined)
    } catch (error) {
      // only what failed, and only where it was not changed again meanwhile
      const failed = (Object.keys(patch) as (keyof Settings)[]).filter(
        (name) => shown.current[name] === patch[name],
      )
      const back = Object.fromEntries(failed.map((name) => [name, before[name]]))
      show({ ...shown.current, ...back })
      mark(patch, { kind: 'failed', text: problemText(t, error) })
    }
  }
  return {
    settings: me.settings,
    states,
    save: (patch) => {
      const before = shown.current
      mark(patch, { kind: 'saving' })
      show({ ...before, ...patch })
      queue.current = queue.current.then(() => send(patch, before))
    },
  }
}
