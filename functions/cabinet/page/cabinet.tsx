import { useEffect, useMemo } from 'preact/hooks'
import { type CabinetApi, createApi } from './api/cabinet-api.ts'
import { createClient } from './api/client.ts'
import { formatsFor } from './lib/format.ts'
import { createStore } from './lib/store.ts'
import { NO_DRAFT } from './lib/text-file.ts'
import { deviceZone } from './lib/time-zones.ts'
import { LoginPage } from './login/login-page.tsx'
import { SessionOverDialog } from './login/session-over-dialog.tsx'
import { Shell } from './shell.tsx'
import { type App, AppContext, SpeechContext } from './state/app-context.ts'
import { createExports } from './state/export.ts'
import { openTab } from './state/open-tab.ts'
import { createPayments } from './state/payment.ts'
import type { Session } from './state/session.ts'
import { createToasts } from './state/toasts.ts'
import { useStore } from './state/use-store.ts'
import { useWords } from './state/use-words.ts'
import type { Telegram } from './telegram/web-app.ts'
import type { Words } from './texts/load.ts'
import { Failure } from './ui/failure.tsx'
import { Skeleton } from './ui/skeleton.tsx'
import { ToastList } from './ui/toast-list.tsx'

type Props = { base: string; session: Session; telegram: Telegram; words: Words; newKey: () => string }

/** What lives as long as one person is logged in, and nothing of which the next one may see. */
const makeApp = (api: CabinetApi, { session, telegram, newKey }: Props): Omit<App, 'me'> => {
  const cache = new Map<string, unknown>()
  const credited = (): void => void session.resume()
  return {
    api,
    session,
    telegram,
    cache,
    newKey,
    draft: createStore(NO_DRAFT),
    exports: createExports({ api, newKey }),
    payments: createPayments({ api, telegram, newKey, openTab, credited }),
  }
}

/** The whole page: words, session, and what is shown for it. */
export const Cabinet = (props: Props) => {
  const { base, session, telegram, newKey } = props
  const state = useStore(session.state)
  const me = state.kind === 'in' || state.kind === 'over' ? state.me : undefined
  const { language, t } = useWords(me?.settings.language ?? props.words.language, props.words)
  const timeZone = me?.settings.timeZone ?? deviceZone()
  const toasts = useMemo(createToasts, [])
  const speech = useMemo(
    () => ({
      language,
      t,
      formats: formatsFor(language, timeZone),
      toast: toasts.show,
    }),
    [language, t, timeZone, toasts],
  )
  const app = useMemo(() => {
    const client = createClient({ base, session, fetch: (...call) => fetch(...call) })
    return makeApp(createApi(client, newKey), props)
  }, [me?.user.id])
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  return (
    <SpeechContext.Provider value={speech}>
      {me !== undefined && (
        <AppContext.Provider value={{ ...app, me }}>
          <Shell />
          {state.kind === 'over' && <SessionOverDialog />}
        </AppContext.Provider>
      )}
      {state.kind === 'starting' && <Skeleton />}
      {state.kind === 'failed' && (
        <main class="login">
          <div class="card">
            <Failure error={state.problem} onRetry={() => void session.start()} />
          </div>
        </main>
      )}
      {state.kind === 'out' && (
        <LoginPage
          why={state.why}
          canRetry={telegram.isInside && state.why !== 'cookies'}
          onRetry={() => void session.start()}
        />
      )}
      <ToastList toasts={toasts} />
    </SpeechContext.Provider>
  )
}
