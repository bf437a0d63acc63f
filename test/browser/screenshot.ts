/** Opens the chat page of the running stack in Debian's Chromium, as a newcomer would, and saves pictures of it. */
import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import type { Language } from '#shared/domain/settings.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { processEnv } from '#shared/platform/env.ts'
import { readStack } from '../../local/demo/stack.ts'

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

const WAIT_MS = 15_000

/** Bot messages that came after this many. */
const countMessages = (page: Page): Promise<number> => page.locator('#messages .message.in').count()

/** Waits until the bot has sent more messages than that. */
const waitForNews = async (page: Page, before: number): Promise<void> => {
  await page.waitForFunction(
    (count) => document.querySelectorAll('#messages .message.in').length > count,
    before,
    { timeout: WAIT_MS },
  )
}

const sendCommand = async (page: Page, command: string): Promise<void> => {
  const before = await countMessages(page)
  await page.fill('#text', command)
  await page.press('#text', 'Escape')
  await page.press('#text', 'Enter')
  await waitForNews(page, before)
}

const lastAnswer = (page: Page) => page.locator('#messages .message.in').last()

/** Presses the button with these words under the bot's last message. */
const press = async (page: Page, label: string | RegExp): Promise<void> =>
  lastAnswer(page).getByRole('button', { name: label }).first().click({ timeout: WAIT_MS })

/** Pictures load and the list scrolls before it is worth looking at. */
const settle = async (page: Page): Promise<void> => {
  await page.waitForFunction(
    () => [...document.images].every((image) => image.complete || image.loading === 'lazy'),
    undefined,
    { timeout: WAIT_MS },
  )
  await page.locator('#messages > li').last().scrollIntoViewIfNeeded()
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
}

type Shoot = (name: string) => Promise<void>

const ANOTHER_PICTURE = `
  <svg xmlns="http://www.w3.org/2000/svg" width="900" height="900">
    <rect width="900" height="900" fill="#f3e6d0"/><circle cx="450" cy="380" r="190" fill="#d96c4a"/>
    <path d="M150 900 Q450 480 750 900 Z" fill="#2f5d62"/>
  </svg>`

const shootGallery = async (page: Page, shoot: Shoot): Promise<void> => {
  const buffer = await sharp(Buffer.from(ANOTHER_PICTURE)).png().toBuffer()
  const before = await countMessages(page)
  await page.setInputFiles('#file-input', { name: 'another.png', mimeType: 'image/png', buffer })
  await page.locator('#dialog button.primary').click({ timeout: WAIT_MS })
  await waitForNews(page, before)
  await sendCommand(page, '/avatar')
  await lastAnswer(page).locator('img').waitFor({ timeout: WAIT_MS })
  await shoot('gallery')
}

const shootTranscript = async (page: Page, shoot: Shoot): Promise<void> => {
  await sendCommand(page, '/transcripts')
  const before = await countMessages(page)
  await lastAnswer(page).locator('.keyboard button').first().click()
  await waitForNews(page, before)
  await lastAnswer(page).getByRole('button', { name: '.srt' }).waitFor({ timeout: WAIT_MS })
  await shoot('transcript')
}

const shootVoice = async (page: Page, language: Language, shoot: Shoot): Promise<void> => {
  const button = text(language, 'recording-button', { coins: 3 })
  await page.click('#sample-voice')
  await lastAnswer(page).getByRole('button', { name: button }).waitFor({ timeout: WAIT_MS })
  await shoot('voice-offer')
  await press(page, button)
  await lastAnswer(page).getByText('👂').waitFor({ timeout: WAIT_MS })
  await shoot('voice-recognising')
  await lastAnswer(page).getByText('✅').waitFor({ timeout: WAIT_MS })
  await shoot('voice-done')
}

const shootText = async (page: Page, language: Language, shoot: Shoot): Promise<void> => {
  const before = await countMessages(page)
  const words =
    language === 'ru'
      ? 'Протокол встречи: решили начать вовремя. '
      : 'Minutes of the meeting: we begin in time. '
  await page.fill('#text', words.repeat(6))
  await page.press('#text', 'Enter')
  await waitForNews(page, before)
  await shoot('text-offer')
}

const folder = process.argv[2] ?? '.'
const stack = readStack(processEnv().KOPEIKA_HOME ?? '.kopeika')
const profile = mkdtempSync(join(tmpdir(), 'kopeika-chromium-'))
const pageUrl = stack.telegram.page ?? ''
const { people } = (await (await fetch(new URL('/sim/people', pageUrl))).json()) as {
  people: { id: number; firstName: string }[]
}
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: QUIET })
try {
  for (const view of [
    {
      name: 'chat-desktop',
      width: 1000,
      height: 1240,
      colorScheme: 'light' as const,
      locale: 'en' as const,
      firstName: 'Anna',
    },
    {
      name: 'chat-phone',
      width: 390,
      height: 780,
      colorScheme: 'dark' as const,
      locale: 'ru' as const,
      firstName: 'Аня',
    },
  ]) {
    const context = await browser.newContext({
      viewport: { width: view.width, height: view.height },
      colorScheme: view.colorScheme,
      locale: view.locale,
    })
    const person = people.find(({ firstName }) => firstName === view.firstName)
    assert(person, `the demo has left no ${view.firstName}: run it in both languages first`)
    await context.addInitScript((id) => localStorage.setItem('kopeika-person', id), String(person.id))
    const page = await context.newPage()
    const outside: string[] = []
    const errors: string[] = []
    page.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url())
      if (hostname !== '127.0.0.1' && protocol.startsWith('http')) outside.push(request.url())
    })
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(pageUrl, { waitUntil: 'load' })
    await page.waitForSelector('#messages [data-id]', { timeout: 10_000 })
    const save = async (name: string): Promise<void> => {
      await page.screenshot({ path: join(folder, `${name}.png`) })
      console.log(`  shot  :  ${name} ${view.width}x${view.height}`)
    }
    await save(view.name)
    const shoot: Shoot = async (name) => {
      await settle(page)
      await save(`${name}-${view.locale}`)
    }
    await shootGallery(page, shoot)
    await shootTranscript(page, shoot)
    await shootVoice(page, view.locale, shoot)
    await shootText(page, view.locale, shoot)
    assert.deepEqual(outside, [], 'the page asked other hosts')
    assert.deepEqual(errors, [], 'the page threw errors')
    await context.close()
  }
} finally {
  await browser.close()
  rmSync(profile, { recursive: true, force: true })
}
