import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { z } from 'zod'
import { openContext, stackOf } from './open-page.ts'
import type { View } from './views.ts'

const Made = z.looseObject({ person: z.looseObject({ id: z.int() }) })
const Answer = z.looseObject({ ok: z.literal(true), result: z.unknown() })

const post = async (url: URL | string, body: unknown): Promise<unknown> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
  return response.json()
}

export const pageUrl = (path = ''): string => new URL(path, stackOf().telegram.page ?? '').href

const NAMES = { ru: 'Аня', en: 'Anna' } as const

/** A person of the simulator whose Telegram speaks that language. */
export const makePerson = async (
  { language }: View,
  firstName: string = NAMES[language],
): Promise<number> => {
  const made = await post(pageUrl('/sim/people'), { firstName, languageCode: language })
  return Made.parse(made).person.id
}

const Opened = z.looseObject({ url: z.string() })

/** The address at which that person's Telegram opens a Mini App. */
export const openedBy = async (personId: number, url: string): Promise<string> =>
  Opened.parse(await post(pageUrl(`/sim/chats/${personId}/web-app`), { url })).url

/** Calls the Bot API as the bot itself: for what its conversation shows rarely. */
export const callAsBot = async (method: string, fields: Record<string, unknown>): Promise<unknown> => {
  const { apiRoot, token } = stackOf().telegram
  return Answer.parse(await post(`${apiRoot}/bot${token}/${method}`, fields)).result
}

export type ChatPage = {
  page: Page
  personId: number
  /** Messages of the bot. */
  answers: Locator
  /** The bot's last message. */
  last: Locator
  /** Does something and waits until the bot has said more. */
  untilNews: (act: () => Promise<unknown>) => Promise<void>
  /** Writes to the bot and waits for its answer. */
  say: (text: string) => Promise<void>
  /** Presses START and waits for the greeting. */
  start: () => Promise<void>
  /** Presses the button with these words under the bot's last message. */
  press: (label: string | RegExp) => Promise<void>
  /** Sends a file through the page's dialog. */
  sendFile: (name: string, mimeType: string, buffer: Buffer) => Promise<void>
}

/** What can be done in one chat: a whole page, or a pane of one. */
const chatIn = (page: Page, personId: number): ChatPage => {
  const answers = page.locator('#messages .message.in')
  const last = answers.last()
  const untilNews: ChatPage['untilNews'] = async (act) => {
    const before = await answers.count()
    await act()
    await answers.nth(before).waitFor()
  }
  return {
    page,
    personId,
    answers,
    last,
    untilNews,
    say: (text) =>
      untilNews(async () => {
        await page.fill('#text', text)
        await page.press('#text', 'Escape')
        await page.press('#text', 'Enter')
      }),
    start: () => untilNews(() => page.click('#start')),
    press: (label) => last.getByRole('button', { name: label }).first().click(),
    sendFile: async (name, mimeType, buffer) => {
      await page.setInputFiles('#file-input', { name, mimeType, buffer })
      await page.locator('#dialog button.primary').click()
    },
  }
}

/** The chat page of somebody new, before their first word; `complaints` as in openContext. */
export const openChat = async (view: View, firstName?: string) => {
  const personId = await makePerson(view, firstName)
  const { context, complaints } = await openContext(view, {
    storage: { 'kopeika-person': String(personId) },
  })
  const page = await context.newPage()
  await page.goto(pageUrl())
  await page.locator('#start').waitFor()
  return { ...chatIn(page, personId), complaints, context }
}

/** A chat with the greeting in it. */
export const openStartedChat = async (view: View, firstName?: string) => {
  const chat = await openChat(view, firstName)
  await chat.start()
  return chat
}

/** The words of a message without its time. */
export const wordsOf = async (message: Locator): Promise<string> =>
  (await message.locator('.text').evaluate((element) => {
    const copy = element.cloneNode(true)
    if (copy instanceof Element) for (const meta of copy.querySelectorAll('.meta')) meta.remove()
    return copy.textContent
  })) ?? ''

/** Waits until the locator has text that matches. */
export const untilText = async (locator: Locator, pattern: RegExp): Promise<void> => {
  await locator.filter({ hasText: pattern }).first().waitFor()
  expect(await locator.first().textContent()).toMatch(pattern)
}
