/** Opens the chat page of the running stack in Debian's Chromium, as a newcomer would, and saves pictures of it. */
import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
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
      locale: 'en',
      firstName: 'Anna',
    },
    {
      name: 'chat-phone',
      width: 390,
      height: 780,
      colorScheme: 'dark' as const,
      locale: 'ru',
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
    await page.screenshot({ path: join(folder, `${view.name}.png`) })
    assert.deepEqual(outside, [], 'the page asked other hosts')
    assert.deepEqual(errors, [], 'the page threw errors')
    console.log(`  shot  :  ${view.name} ${view.width}x${view.height}`)
    await context.close()
  }
} finally {
  await browser.close()
  rmSync(profile, { recursive: true, force: true })
}
