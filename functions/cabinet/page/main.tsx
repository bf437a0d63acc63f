import { render } from 'preact'
import { Cabinet } from './cabinet.tsx'
import { newKey } from './lib/new-key.ts'
import { createSession } from './state/session.ts'
import { createFrameApp } from './telegram/frame-app.ts'
import { KEPT_AS, languageIn, readLaunch } from './telegram/launch.ts'
import { applyTheme, themeOf } from './telegram/theme.ts'
import { createTelegram, loadTelegramScript, type WebApp } from './telegram/web-app.ts'
import { guessLanguage } from './texts/language.ts'
import { loadWords } from './texts/load.ts'

/** Storage may be forbidden, as in some frames; the page works without, only a reload inside Telegram does not. */
const kept = {
  read: (): string | null => {
    try {
      return sessionStorage.getItem(KEPT_AS)
    } catch {
      return null
    }
  },
  write: (text: string): void => {
    try {
      sessionStorage.setItem(KEPT_AS, text)
    } catch {
      // see above
    }
  },
}

const launch = readLaunch(location.hash, kept.read())
if (launch.kept !== undefined) kept.write(launch.kept)
// the address may lack the slash at the end of the path that everything here is relative to
const base = new URL('.', document.baseURI).pathname
history.replaceState(null, '', `${base}${location.search}${launch.hash}`)

const root = document.documentElement
/** In a frame of Telegram's web client, also where their script does not load. */
const frameApp = launch.isTelegram && window.parent !== window ? createFrameApp(window) : undefined
const telegram = createTelegram(launch.isTelegram, () => window.Telegram?.WebApp ?? frameApp)
if (launch.themeParams !== undefined) applyTheme(root, themeOf(launch.themeParams))

/** Follows what Telegram says of itself, now and later. */
const follow = (app: WebApp | undefined): void => {
  const paint = (): void => applyTheme(root, themeOf(app?.themeParams ?? {}))
  paint()
  app?.onEvent?.('themeChanged', paint)
  app?.ready?.()
  app?.expand?.()
}
if (launch.isTelegram) {
  follow(frameApp)
  loadTelegramScript(document, () => follow(window.Telegram?.WebApp))
}

const session = createSession({
  base,
  fetch: (...call) => fetch(...call),
  newKey,
  initData: launch.initData,
  loginToken: launch.loginToken,
  otherPerson: () => location.reload(),
})

/** The page stands as index.html has it until its words are there; the session is opened meanwhile. */
const show = async (place: HTMLElement): Promise<void> => {
  const words = await loadWords(guessLanguage(languageIn(launch.initData), navigator.language))
  place.replaceChildren()
  render(<Cabinet base={base} session={session} telegram={telegram} words={words} newKey={newKey} />, place)
}

const place = document.getElementById('app')
if (place !== null) {
  void session.start()
  show(place).catch(() => {
    place.textContent = 'Страница не загрузилась, обновите её. The page has not loaded, please reload it.'
  })
}
