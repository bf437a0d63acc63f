import { readFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { expectAccessible } from './support/accessible.ts'
import { makeBusyMember, makeMember, openCabinet, subtitlesOf, textsOf } from './support/cabinet.ts'
import { shoot } from './support/open-page.ts'
import { ENGLISH_DESKTOP, ENGLISH_PHONE, RUSSIAN_PHONE } from './support/views.ts'

const VIEWS = [
  ['ru', RUSSIAN_PHONE],
  ['en', ENGLISH_DESKTOP],
] as const

const download = async (page: Page, button: Locator): Promise<{ name: string; bytes: Buffer }> => {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()])
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) }
}

describe.each(VIEWS)('%s', (_language, view) => {
  test('a file becomes a transcript, is named anew, taken away and deleted', async () => {
    const { page, part, goTo, t } = await openCabinet(await makeMember(view))
    await goTo('#/transcripts/new', 'page-new-transcript')
    const buffer = Buffer.from(subtitlesOf(view))
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name: 'talk.srt', mimeType: 'application/x-subrip', buffer })
    await page.waitForFunction(() => document.querySelector('textarea')?.value.includes('-->') === true)
    await shoot(page, view, 'cabinet-filled-transcript')
    await part('page-new-transcript')
      .getByRole('button', { name: t('save') })
      .click()
    const [first, second] = textsOf(view).words
    await part('text').getByText(first).waitFor()

    await part('page-transcript')
      .getByRole('button', { name: t('rename') })
      .click()
    await shoot(page, view, 'cabinet-rename')
    await expectAccessible(page)
    const title = textsOf(view).titles[0]
    await part('rename').getByLabel(t('title'), { exact: true }).fill(title)
    await page.keyboard.press('Enter')
    await part('page-transcript').getByRole('heading', { name: title }).waitFor()

    for (const format of ['txt', 'srt', 'vtt', 'json']) {
      const button = part('export').getByRole('button', { name: t('download-as', { format }) })
      const { name, bytes } = await download(page, button)
      expect(name).toMatch(new RegExp(`\\.${format}$`))
      expect(bytes.toString('utf8')).toContain(second)
    }
    const asWord = part('export').getByRole('button', { name: t('download-as', { format: 'docx' }) })
    expect((await download(page, asWord)).bytes.subarray(0, 2).toString()).toBe('PK')

    await part('page-transcript')
      .getByRole('button', { name: t('delete'), exact: true })
      .click()
    await part('confirm')
      .getByRole('button', { name: t('delete') })
      .click()
    await part('page-transcripts').getByText(t('transcripts-empty')).waitFor()
  })
})

test('a search finds words of the text, and says so where there are none', async () => {
  const view = ENGLISH_PHONE
  const { page, part, goTo, t } = await openCabinet(await makeBusyMember(view))
  await goTo('#/transcripts', 'page-transcripts')
  const field = part('page-transcripts').getByRole('searchbox')
  await field.fill('estimate')
  await part('found').getByRole('link').first().waitFor()
  await shoot(page, view, 'cabinet-found')
  await expectAccessible(page)
  await field.fill('nowhere')
  await part('found')
    .getByText(t('found-none', { words: 'nowhere' }))
    .waitFor()
  await field.fill('Maria')
  await part('found')
    .getByRole('link', { name: textsOf(view).titles[1] })
    .click()
  await part('page-transcript').waitFor()
})
