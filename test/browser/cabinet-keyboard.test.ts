import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { makeBusyMember, openCabinet, textsOf } from './support/cabinet.ts'
import { ENGLISH_DESKTOP } from './support/views.ts'

/** What has the focus: its name or words. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement
    return element?.getAttribute('aria-label') ?? element?.textContent ?? ''
  })

/** Presses Tab until that has the focus. */
const tabTo = async (page: Page, words: string): Promise<void> => {
  for (let steps = 0; steps < 80; steps += 1) {
    await page.keyboard.press('Tab')
    if ((await focused(page)).includes(words)) return
  }
  throw new Error(`Tab does not lead to "${words}"`)
}

test('a person without a mouse gets everywhere, into dialogs and out of them', async () => {
  const view = ENGLISH_DESKTOP
  const { page, part, t } = await openCabinet(await makeBusyMember(view))
  await page.keyboard.press('Tab')
  expect(await focused(page)).toBe(t('skip'))
  await page.keyboard.press('Enter')
  expect(await page.evaluate('document.activeElement?.id')).toBe('content')
  for (const [name, testId] of [
    ['wallet', 'page-wallet'],
    ['avatars', 'page-avatars'],
    ['transcripts', 'page-transcripts'],
    ['settings', 'page-settings'],
    ['profile', 'page-profile'],
  ] as const) {
    await page.locator('nav a').first().focus()
    if ((await focused(page)) !== t(name)) await tabTo(page, t(name))
    await page.keyboard.press('Enter')
    await part(testId).waitFor()
    // a screen reader begins at the heading of the new page
    expect(await focused(page)).toContain(t(name))
  }
})

test('a dialog keeps the keys to itself, and gives the focus back', async () => {
  const view = ENGLISH_DESKTOP
  const { page, part, goTo, t } = await openCabinet(await makeBusyMember(view))
  await goTo('#/transcripts', 'page-transcripts')
  await tabTo(page, textsOf(view).titles[0])
  await page.keyboard.press('Enter')
  await part('page-transcript').waitFor()
  await tabTo(page, t('rename'))
  await page.keyboard.press('Enter')
  await part('rename').waitFor()
  for (let steps = 0; steps < 8; steps += 1) {
    await page.keyboard.press('Tab')
    const isInside = await page.evaluate(
      () => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null,
    )
    expect(isInside).toBe(true)
  }
  // at the very moment at which the dialog goes, not a paint later
  const atTheEnd = page.evaluate(
    () =>
      new Promise((resolve) => {
        const watching = new MutationObserver(() => {
          if (document.querySelector('dialog')) return
          watching.disconnect()
          resolve(document.activeElement?.getAttribute('aria-label'))
        })
        watching.observe(document.body, { childList: true, subtree: true })
      }),
  )
  await page.keyboard.press('Escape')
  expect(await atTheEnd).toBe(t('rename'))
  await part('rename').waitFor({ state: 'detached' })
  expect(await focused(page)).toBe(t('rename'))
})
