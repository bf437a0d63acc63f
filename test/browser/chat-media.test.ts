import { readFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { expectAccessible, expectFits } from './support/accessible.ts'
import { openStartedChat } from './support/chat-page.ts'
import { shoot } from './support/open-page.ts'
import { makePicture } from './support/picture.ts'
import { VIEWS } from './support/views.ts'

const SUBTITLES = {
  ru: '1\n00:00:01,000 --> 00:00:04,000\nНачнём с бюджета на весну.\n\n2\n00:00:05,000 --> 00:00:08,000\nСмету пришлю сегодня.\n',
  en: '1\n00:00:01,000 --> 00:00:04,000\nLet us begin with the budget.\n\n2\n00:00:05,000 --> 00:00:08,000\nI will send the estimate today.\n',
} as const

/** A click that ends as a file on the disk; gives its name and words. */
const download = async (page: Page, link: Locator): Promise<{ name: string; words: string }> => {
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
  return { name: file.suggestedFilename(), words: await readFile(await file.path(), 'utf8') }
}

describe.each(VIEWS)('%s', (_name, view) => {
  test('a photo becomes the avatar, and opens large with its words', async () => {
    const chat = await openStartedChat(view)
    const { page } = chat
    const buffer = await makePicture()
    await page.setInputFiles('#file-input', { name: 'me.png', mimeType: 'image/png', buffer })
    const caption = view.language === 'ru' ? 'Это я летом' : 'Me in summer'
    await page.fill('#dialog input[type=text]', caption)
    await shoot(page, view, 'chat-photo-dialog')
    await expectAccessible(page)
    await chat.untilNews(() => page.click('#dialog button.primary'))
    const sent = page.locator('#messages .message.out', { has: page.locator('.photo') })
    await sent.getByText(caption).waitFor()
    await shoot(page, view, 'chat-photo')
    await expectAccessible(page)
    await expectFits(page)

    await sent.locator('.photo').click()
    const viewer = page.locator('#dialog.viewer')
    await viewer.getByText(caption).waitFor()
    await shoot(page, view, 'chat-viewer')
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await viewer.waitFor({ state: 'hidden' })
  })

  test('a document becomes a transcript, which comes back as a file to download', async () => {
    const chat = await openStartedChat(view)
    const { page } = chat
    const words = SUBTITLES[view.language]
    const name = view.language === 'ru' ? 'Встреча.srt' : 'meeting.srt'
    await chat.untilNews(() => chat.sendFile(name, 'application/x-subrip', Buffer.from(words)))
    const own = await download(page, page.locator('#messages .message.out .file'))
    expect(own).toEqual({ name, words })

    await chat.say('/transcripts')
    await chat.last.locator('.keyboard button').first().click()
    const button = chat.last.getByRole('button', { name: '.srt' })
    await button.waitFor()
    const files = page.locator('#messages .message.in .file')
    await button.click()
    await files.first().waitFor()
    await shoot(page, view, 'chat-document')
    await expectAccessible(page)
    await expectFits(page)
    const back = await download(page, files.first())
    expect(back.name).toMatch(/\.srt$/)
    expect(back.words).toContain(
      view.language === 'ru' ? 'Смету пришлю сегодня.' : 'I will send the estimate today.',
    )
  })
})
