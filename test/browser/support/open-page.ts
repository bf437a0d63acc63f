import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Frame, type Page } from 'playwright-core'
import { afterAll, expect, inject, onTestFinished } from 'vitest'
import { chromiumProgram, SHOTS } from './environment.ts'
import type { View } from './views.ts'

/** Without these Chromium talks to its maker's hosts in the background. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** As long as a machine that is busy with other things may take. */
const WAIT_MS = 30_000

/** The one file of another host that a page may ask for. It never comes: whatever is tested works without it. */
const TELEGRAM_SCRIPT = 'https://telegram.org/js/telegram-web-app.js'

let browser: Promise<Browser> | undefined

const openBrowser = (): Promise<Browser> => {
  browser ??= chromium.launch({ executablePath: chromiumProgram(), args: QUIET })
  return browser
}

afterAll(async () => {
  await (await browser)?.close()
  browser = undefined
})

/** What went wrong in a page that nobody looked at: errors, refusals of the CSP, calls of other hosts. */
export type Complaints = {
  /** What is left to complain of. */
  list: () => string[]
  /** An error that matches is none: the test provokes it. */
  expect: (pattern: RegExp) => void
}

const isOurs = (url: string): boolean =>
  /^(data|blob|about|chrome-error):/.test(url) || new URL(url).hostname === '127.0.0.1'

const watch = async (context: BrowserContext): Promise<Complaints> => {
  const list: string[] = []
  const expected: RegExp[] = []
  const complain = (words: string): void => void list.push(words)
  await context.route(
    (url) => !isOurs(url.href),
    (route) => {
      const url = route.request().url()
      if (!url.startsWith(TELEGRAM_SCRIPT)) complain(`asked another host: ${url}`)
      return route.abort()
    },
  )
  context.on('weberror', (error) => complain(`threw: ${error.error().message}`))
  context.on('console', (message) => {
    const { url } = message.location()
    if (message.type() !== 'error' || url.startsWith(TELEGRAM_SCRIPT)) return
    complain(`console: ${message.text()} (${url})`)
  })
  return {
    list: () => list.filter((words) => !expected.some((pattern) => pattern.test(words))),
    expect: (pattern) => void expected.push(pattern),
  }
}

const fileName = (name: string): string => name.replace(/[^\p{L}\d]+/gu, '-').slice(0, 120)

/** After the test: a picture of every page where it failed, an end to all, and the proof that nothing went wrong unseen. */
const finish = async (context: BrowserContext, complaints: Complaints, failed: string | undefined) => {
  const isBad = failed !== undefined || complaints.list().length > 0
  const name = fileName(failed ?? expect.getState().currentTestName ?? 'test')
  if (isBad) {
    for (const [index, page] of context.pages().entries()) {
      await page.screenshot({ path: join(SHOTS, `FAILED-${name}-${index}.png`) }).catch(() => undefined)
    }
  }
  await context.close()
  expect(complaints.list()).toEqual([])
}

export type OpenOptions = {
  /** What the page finds in its local storage. */
  storage?: Readonly<Record<string, string>>
}

/** A browser of its own, as a person's: its language, theme and width. Closed when the test ends. */
export const openContext = async (
  view: View,
  { storage = {} }: OpenOptions = {},
): Promise<{ context: BrowserContext; complaints: Complaints }> => {
  const context = await (await openBrowser()).newContext({
    viewport: { width: view.width, height: view.height },
    colorScheme: view.theme,
    locale: view.language === 'ru' ? 'ru-RU' : 'en-GB',
    timezoneId: 'Europe/Moscow',
    reducedMotion: 'reduce',
    hasTouch: view.width < 600,
    isMobile: view.width < 600,
  })
  context.setDefaultTimeout(WAIT_MS)
  const complaints = await watch(context)
  onTestFinished(async ({ task }) => {
    const hasFailed = task.result?.state === 'fail'
    await finish(context, complaints, hasFailed ? task.name : undefined)
  })
  await context.addInitScript((items) => {
    // a frame that is still empty has no storage; what the page has changed stays changed
    if (!location.protocol.startsWith('http')) return
    for (const [key, value] of items) if (localStorage.getItem(key) === null) localStorage.setItem(key, value)
  }, Object.entries(storage))
  return { context, complaints }
}

/** The running stack. */
export const stackOf = () => inject('stack')

/** Everything that is going to be seen is there and stands still: pictures, fonts, what fades in. Spinners go on. */
const settle = async (frame: Frame): Promise<void> => {
  await frame.waitForFunction(() =>
    [...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight),
  )
  await frame.evaluate(async () => {
    await document.fonts.ready
    const finite = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
    // one that is taken back while it runs is over as well
    await Promise.all(finite.map(({ finished }) => finished.catch(() => undefined)))
  })
}

/** A picture of the page as it should be, for people to look at. */
export const shoot = async (page: Page, { language, theme }: View, name: string): Promise<void> => {
  for (const frame of page.frames()) await settle(frame)
  await page.screenshot({ path: join(SHOTS, `${name}-${language}-${theme}.png`) })
}
