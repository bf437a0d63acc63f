import { readFile } from 'node:fs/promises'
import type { Locator, Response } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { loadWords } from '../../functions/cabinet/page/texts/load.ts'
import { expectAccessible } from './support/accessible.ts'
import { type Member, makeBusyMember, makeMember, openCabinet, settingsOf } from './support/cabinet.ts'
import { openStartedChat } from './support/chat-page.ts'
import { shoot } from './support/open-page.ts'
import { ENGLISH_DESKTOP, RUSSIAN_DESKTOP, RUSSIAN_PHONE } from './support/views.ts'

const openSettings = async (member: Member) => {
  const cabinet = await openCabinet(member)
  await cabinet.goTo('#/settings', 'page-settings')
  /** Changes something and waits until the server has it. */
  const save = async (act: () => Promise<unknown>): Promise<Record<string, unknown>> => {
    const isSaved = (response: Response) => response.request().method() === 'PATCH' && response.ok()
    await Promise.all([cabinet.page.waitForResponse(isSaved), act()])
    return settingsOf(member)
  }
  return { ...cabinet, save }
}

test('each setting is saved as it is changed', async () => {
  const member = await makeMember(ENGLISH_DESKTOP)
  const { page, part, save, t } = await openSettings(member)
  const settings = part('page-settings')
  const toggle = (label: string): Locator => settings.getByRole('switch', { name: label })

  expect(await save(() => toggle(t('receipts')).click())).toMatchObject({ receipts: false })
  expect(await save(() => toggle(t('low-balance')).click())).toMatchObject({ lowBalance: false })
  expect(await save(() => toggle(t('low-balance')).click())).toMatchObject({ lowBalance: true })
  const threshold = settings.getByLabel(t('low-balance-threshold'))
  expect(await save(() => threshold.fill('33'))).toMatchObject({ lowBalanceThreshold: 33 })
  expect(await save(() => toggle(t('quiet-hours')).click())).toMatchObject({
    quietHours: { from: '23:00', to: '08:00' },
  })
  const from = settings.locator('.time-span select').first()
  expect(await save(() => from.selectOption('21:30'))).toMatchObject({
    quietHours: { from: '21:30', to: '08:00' },
  })
  expect(await save(() => toggle(t('daily-limit')).click())).toMatchObject({ dailyLimit: 100 })
  const limit = settings.getByLabel(t('daily-limit-coins'))
  expect(await save(() => limit.fill('70'))).toMatchObject({ dailyLimit: 70 })
  const onlyMe = settings.getByRole('radio', { name: t('visibility-me') })
  expect(await save(() => onlyMe.click())).toMatchObject({ avatarVisibility: 'me' })
  const zone = settings.getByLabel(t('time-zone'), { exact: true })
  expect(await save(() => zone.selectOption('Asia/Tokyo'))).toMatchObject({ timeZone: 'Asia/Tokyo' })

  await page.reload()
  await part('page-settings').waitFor()
  expect(await toggle(t('receipts')).isChecked()).toBe(false)
  expect(await limit.inputValue()).toBe('70')
  await shoot(page, ENGLISH_DESKTOP, 'cabinet-settings-changed')
  await expectAccessible(page)
})

test('another language is spoken at once, by the page and by the bot', async () => {
  const member = await makeMember(RUSSIAN_PHONE)
  const { page, part, save } = await openSettings(member)
  const settings = await save(() => part('page-settings').getByRole('radio', { name: 'English' }).click())
  expect(settings).toMatchObject({ language: 'en' })
  await page.locator('html[lang=en]').waitFor()
  await part('page-settings').getByRole('heading', { name: 'Settings' }).waitFor()
})

test('nonsense is not saved, and says why', async () => {
  const member = await makeMember(ENGLISH_DESKTOP)
  const { part, t } = await openSettings(member)
  const threshold = part('page-settings').getByLabel(t('low-balance-threshold'))
  const before = await settingsOf(member)
  await threshold.fill('many')
  await part('page-settings').getByText(t('coins-wrong')).waitFor()
  expect(await settingsOf(member)).toEqual(before)
})

test('everything kept about a person is downloaded as one file', async () => {
  const { page, part, t } = await openSettings(await makeBusyMember(ENGLISH_DESKTOP))
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    part('data')
      .getByRole('button', { name: t('export-download') })
      .click(),
  ])
  expect(file.suggestedFilename()).toMatch(/\.zip$/)
  const bytes = await readFile(await file.path())
  expect(bytes.subarray(0, 2).toString()).toBe('PK')
})

test('the same made in the background comes into the chat', async () => {
  const { page } = await openStartedChat(ENGLISH_DESKTOP)
  await page.click('#app-button')
  const frame = page.frameLocator('.app-frame')
  await frame.locator('nav a[href="#/settings"]').click()
  const { t } = await loadWords('en')
  await frame
    .getByTestId('data')
    .getByRole('button', { name: t('export-to-chat') })
    .click()
  await frame.getByTestId('data').getByText(t('export-done')).waitFor()
  const link = page.locator('#messages .message.in .file').last()
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
  expect((await readFile(await file.path())).subarray(0, 2).toString()).toBe('PK')
})

describe.each([
  ['ru', RUSSIAN_DESKTOP],
  ['en', ENGLISH_DESKTOP],
] as const)('%s', (_language, view) => {
  test('an account is deleted only after the word is typed, and kept at a change of mind', async () => {
    const { page, part, t } = await openSettings(await makeMember(view))
    await part('delete-account')
      .getByRole('button', { name: t('account-delete') })
      .click()
    const dialog = part('delete-dialog')
    const yes = dialog.getByRole('button', { name: t('account-delete') })
    expect(await yes.isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill(t('account-delete-word'))
    await shoot(page, view, 'cabinet-delete-account')
    await expectAccessible(page)
    await yes.click()
    await part('deletion-banner').waitFor()
    await shoot(page, view, 'cabinet-deletion')
    await expectAccessible(page)
    await page.reload()
    await part('deletion-banner')
      .getByRole('button', { name: t('deletion-undo') })
      .click()
    await part('deletion-banner').waitFor({ state: 'detached' })
  })
})
