import { describe, expect, test } from 'vitest'
import { expectAccessible } from './support/accessible.ts'
import { giveAvatar, makeMember, openCabinet } from './support/cabinet.ts'
import { shoot } from './support/open-page.ts'
import { makePicture } from './support/picture.ts'
import { ENGLISH_PHONE, RUSSIAN_DESKTOP } from './support/views.ts'

const VIEWS = [
  ['ru', RUSSIAN_DESKTOP],
  ['en', ENGLISH_PHONE],
] as const

describe.each(VIEWS)('%s', (_language, view) => {
  test('a picture is cut out and becomes the avatar', async () => {
    const { page, part, goTo, t } = await openCabinet(await makeMember(view))
    await goTo('#/avatars', 'page-avatars')
    const buffer = await makePicture()
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer })
    await part('crop').waitFor()
    await part('crop').locator('[role=application]').focus()
    for (const key of ['+', '+', 'ArrowDown', 'ArrowLeft']) await page.keyboard.press(key)
    await shoot(page, view, 'cabinet-crop')
    await expectAccessible(page)
    await part('crop')
      .getByRole('button', { name: t('crop-save') })
      .click()
    await part('crop').waitFor({ state: 'detached' })
    await part('gallery').locator('article.current img.loaded').waitFor()
    await page.getByText(t('avatar-saved')).waitFor()
  })
})

test('another avatar is chosen, and one is deleted after a question', async () => {
  const view = RUSSIAN_DESKTOP
  const member = await makeMember(view)
  await giveAvatar(member, '#2f5d62')
  await giveAvatar(member, '#7a3f8f')
  const { page, part, goTo, t } = await openCabinet(member)
  await goTo('#/avatars', 'page-avatars')
  const tiles = part('gallery').locator('article')
  expect(await tiles.count()).toBe(2)
  await part('gallery')
    .getByRole('button', { name: t('avatar-choose') })
    .click()
  await page.getByText(t('avatar-chosen')).waitFor()
  await part('gallery').locator('li:nth-child(2) article.current').waitFor()
  await part('gallery').locator('li:nth-child(1) .icon-button').click()
  await part('confirm').waitFor()
  await shoot(page, view, 'cabinet-delete-avatar')
  await expectAccessible(page)
  await part('confirm')
    .getByRole('button', { name: t('cancel') })
    .click()
  expect(await tiles.count()).toBe(2)
  await part('gallery').locator('li:nth-child(1) .icon-button').click()
  await part('confirm')
    .getByRole('button', { name: t('delete') })
    .click()
  await tiles.nth(1).waitFor({ state: 'detached' })
  expect(await tiles.count()).toBe(1)
})

test('what is no picture is refused in words', async () => {
  const { page, part, goTo, t } = await openCabinet(await makeMember(ENGLISH_PHONE))
  await goTo('#/avatars', 'page-avatars')
  const buffer = Buffer.from('not a picture at all')
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer })
  await page.getByText(t('picture-unreadable')).waitFor()
  expect(await part('crop').count()).toBe(0)
})
