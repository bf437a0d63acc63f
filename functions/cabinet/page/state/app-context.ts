import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Language } from '#shared/domain/settings.ts'
import type { CabinetApi } from '../api/cabinet-api.ts'
import type { Me } from '../api/types.ts'
import type { Formats } from '../lib/format.ts'
import type { Store } from '../lib/store.ts'
import type { Draft } from '../lib/text-file.ts'
import type { Telegram } from '../telegram/web-app.ts'
import type { Translate } from '../texts/translate.ts'
import type { Exports } from './export.ts'
import type { Payments } from './payment.ts'
import type { Session } from './session.ts'
import type { ToastKind } from './toasts.ts'

/** What components speak with: words, formats and messages, whether or not somebody is logged in. */
export type Speech = {
  language: Language
  t: Translate
  formats: Formats
  toast: (kind: ToastKind, text: string) => void
}

/** What is there once somebody is logged in. */
export type App = {
  api: CabinetApi
  session: Session
  telegram: Telegram
  payments: Payments
  exports: Exports
  me: Me
  /** Answers that are shown at once when a page is opened again, while fresh ones are on the way. */
  cache: Map<string, unknown>
  /** The text that is being written, kept while the person looks elsewhere. */
  draft: Store<Draft>
  newKey: () => string
}

export const SpeechContext = createContext<Speech | undefined>(undefined)
export const AppContext = createContext<App | undefined>(undefined)

export const useSpeech = (): Speech => {
  const speech = useContext(SpeechContext)
  if (speech === undefined) throw new TypeError('There is no SpeechContext above')
  return speech
}

export const useApp = (): App => {
  const app = useContext(AppContext)
  if (app === undefined) throw new TypeError('There is no AppContext above')
  return app
}
