import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { z } from 'zod'
import { loadWords, type Words } from '../../../functions/cabinet/page/texts/load.ts'
import { call, request, signToken } from '../../e2e/support/caller.ts'
import { makePerson, openedBy } from './chat-page.ts'
import { openContext, stackOf } from './open-page.ts'
import { makePicture } from './picture.ts'
import type { View } from './views.ts'

export const cabinetUrl = (): string => `${stackOf().gateway}/function/cabinet/`

const NAMES = { ru: 'Аня', en: 'Anna' } as const

export type Member = { telegramId: number; view: View }

/** Somebody with an account and the gift of coins, who has never written to the bot. */
export const makeMember = async (view: View): Promise<Member> => {
  const telegramId = await makePerson(view)
  const body = { telegramId, firstName: NAMES[view.language], languageCode: view.language }
  const answer = await call(stackOf(), 'register', 'POST', '', { body })
  expect(answer.status).toBe(201)
  return { telegramId, view }
}

const TEXTS = {
  ru: {
    titles: ['Планёрка о бюджете', 'Интервью с Марией'],
    words: ['Начнём с бюджета на весну.', 'Смету пришлю сегодня вечером.', 'Встречаемся завтра в десять.'],
    work: 'Картинка для обложки',
  },
  en: {
    titles: ['Budget meeting', 'Interview with Maria'],
    words: ['Let us begin with the budget.', 'I will send the estimate tonight.', 'We meet tomorrow at ten.'],
    work: 'A picture for the cover',
  },
} as const

export const textsOf = ({ language }: View) => TEXTS[language]

/** Subtitles of what was said. */
export const subtitlesOf = (view: View): string =>
  textsOf(view)
    .words.map(
      (line, index) => `${index + 1}\n00:00:0${index * 2 + 1},000 --> 00:00:0${index * 2 + 2},500\n${line}\n`,
    )
    .join('\n')

export const giveAvatar = async ({ telegramId }: Member, shirt?: string): Promise<void> => {
  const stack = stackOf()
  const answer = await request(`${stack.gateway}/function/avatar-upload?telegramId=${telegramId}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await signToken(stack.client, 'avatar-upload')}`,
      'idempotency-key': crypto.randomUUID(),
      'content-type': 'image/png',
    },
    body: new Uint8Array(await makePicture(shirt)),
  })
  expect(answer.status).toBe(201)
}

/** An account in which something has happened: an avatar, two transcripts, work of another program. */
export const makeBusyMember = async (view: View): Promise<Member> => {
  const member = await makeMember(view)
  const { telegramId } = member
  const { titles, work } = textsOf(view)
  await giveAvatar(member)
  for (const title of titles) {
    const body = { telegramId, text: subtitlesOf(view), format: 'srt', title }
    expect((await call(stackOf(), 'transcript-save', 'POST', '', { body })).status).toBe(201)
  }
  const body = { telegramId, coins: 7, description: work }
  expect((await call(stackOf(), 'charge', 'POST', '', { body })).status).toBe(200)
  return member
}

const Settings = z.looseObject({ settings: z.looseObject({}) })

/** The person's settings, as the function `profile` tells them. */
export const settingsOf = async ({ telegramId }: Member): Promise<Record<string, unknown>> => {
  const answer = await call(stackOf(), 'profile', 'GET', `?telegramId=${telegramId}`)
  return Settings.parse(answer.json).settings
}

export type Cabinet = {
  page: Page
  /** Words of the page in the person's language. */
  t: Words['t']
  /** A part of the page by its data-testid. */
  part: (testId: string) => Locator
  /** Goes to a place by its address and waits for its page. */
  goTo: (hash: string, testId: string) => Promise<void>
}

export const cabinetIn = async (page: Page, view: View): Promise<Cabinet> => {
  const part: Cabinet['part'] = (testId) => page.getByTestId(testId)
  return {
    page,
    t: (await loadWords(view.language)).t,
    part,
    goTo: async (hash, testId) => {
      await page.evaluate((wanted) => {
        location.hash = wanted
      }, hash)
      await part(testId).waitFor()
      await page.waitForFunction(() => document.querySelector('.bones') === null)
    },
  }
}

/** The cabinet in a tab, opened with what Telegram says of the person. */
export const openCabinet = async (member: Member) => {
  const { context, complaints } = await openContext(member.view)
  const page = await context.newPage()
  await page.goto(await openedBy(member.telegramId, cabinetUrl()))
  const cabinet = await cabinetIn(page, member.view)
  const opened = cabinet.part('page-profile')
  const again = page.getByRole('button', { name: cabinet.t('retry') })
  await opened.or(again).first().waitFor()
  if (await again.isVisible()) {
    // log-in fails closed where Redis is slow, as on a machine with too much to do: people press the button
    complaints.expect(/503/)
    await again.click()
    await opened.waitFor()
  }
  return { ...cabinet, context, complaints }
}
