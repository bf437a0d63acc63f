import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { expectAccessible, expectFits } from './support/accessible.ts'
import { cabinetUrl, makeBusyMember, makeMember, openCabinet, textsOf } from './support/cabinet.ts'
import { openContext, shoot } from './support/open-page.ts'
import { RUSSIAN_PHONE, VIEWS } from './support/views.ts'

/** Every page that has an address of its own, but a transcript, whose address holds its id. */
const PLACES = [
  ['#/', 'page-profile'],
  ['#/wallet', 'page-wallet'],
  ['#/avatars', 'page-avatars'],
  ['#/transcripts', 'page-transcripts'],
  ['#/transcripts/new', 'page-new-transcript'],
  ['#/settings', 'page-settings'],
] as const

const NARROW = { ...RUSSIAN_PHONE, width: 320, height: 640 }

const expectGood = async (page: Page): Promise<void> => {
  await expectAccessible(page)
  await expectFits(page)
}

describe.each(VIEWS)('%s', (_name, view) => {
  test('every page of an account in use is whole, fits and can be used by all', async () => {
    const cabinet = await openCabinet(await makeBusyMember(view))
    const { page, part, goTo } = cabinet
    for (const [hash, testId] of PLACES) {
      await goTo(hash, testId)
      await shoot(page, view, `cabinet-${testId.slice('page-'.length)}`)
      await expectGood(page)
    }
    expect(await page.locator('html').getAttribute('lang')).toBe(view.language)

    await goTo('#/transcripts', 'page-transcripts')
    const [title] = textsOf(view).titles
    await part('page-transcripts').getByRole('link', { name: title }).click()
    await part('text').getByText(textsOf(view).words[0]).waitFor()
    await shoot(page, view, 'cabinet-transcript')
    await expectGood(page)

    await goTo('#/wallet', 'page-wallet')
    await part('history')
      .getByRole('link', { name: textsOf(view).work })
      .click()
    await part('entry').getByText(cabinet.t('fact-id')).waitFor()
    await shoot(page, view, 'cabinet-entry')
    await expectAccessible(page)
  })

  test('whoever is not logged in learns how to get in', async () => {
    const { context, complaints } = await openContext(view)
    complaints.expect(/401/)
    const page = await context.newPage()
    await page.goto(cabinetUrl())
    await page.getByTestId('page-login').waitFor()
    await shoot(page, view, 'cabinet-login')
    await expectGood(page)
  })
})

test('nothing reaches beyond the edge at 320 px', async () => {
  const { page, goTo } = await openCabinet(await makeBusyMember(NARROW))
  for (const [hash, testId] of PLACES) {
    await goTo(hash, testId)
    await shoot(page, NARROW, `cabinet-320-${testId.slice('page-'.length)}`)
    await expectFits(page)
  }
})

test('the pages of a new account say what will stand there', async () => {
  const { page, goTo } = await openCabinet(await makeMember(RUSSIAN_PHONE))
  for (const [hash, testId] of PLACES.slice(1, 4)) {
    await goTo(hash, testId)
    await shoot(page, RUSSIAN_PHONE, `cabinet-new-${testId.slice('page-'.length)}`)
    await expectGood(page)
  }
})
