import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import type { ChatMessage } from '../../local/demo/conversation.ts'
import { connectWebhook, plainText } from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { meaningsOf, meetWalker, type Walker } from '../../test/support/walk.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as dispatcher } from './handler.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [dispatcher, register, profile] })
  await connectWebhook(house)
})
afterAll(() => house?.close())

/** Coins spent so many days ago. */
const spend = (
  { personId }: Walker,
  daysAgo: number,
  service: string | null,
  coins: number,
) => house.ownerSql`
  insert into transactions (user_id, amount, type, description, service, balance_after, actor, created_at)
  select id, ${-coins}, 'charge', 'x', ${service}, 0, 'test', ${new Date(Date.now() - daysAgo * DAY_MS)}
  from users where telegram_id = ${personId}`

const pictureOf = ({ photo }: ChatMessage): Buffer | undefined => {
  const { file_id = '' } = (photo?.at(-1) ?? {}) as { file_id?: string }
  return house.sim.state.fileBytes.get(file_id)
}

describe.each(['ru', 'en'] as const)('/usage in %s', (language) => {
  it('says so where nothing was spent, and leads to earlier weeks', async () => {
    const walker = await meetWalker(house, language)
    const none = await walker.say('/usage')
    expect(none.text).toMatch(language === 'ru' ? /ничего не потратили/ : /you spent nothing/)
    expect(meaningsOf(none).map(({ kind }) => kind)).toEqual(['usage', 'menu', 'menu'])
  })

  it('shows a picture with the same in words: services by what they took, then the weeks with spending', async () => {
    const walker = await meetWalker(house, language)
    await spend(walker, 0, 'avatar', 20)
    await spend(walker, 0, 'avatar', 21)
    await spend(walker, 14, 'transcript', 5)
    await spend(walker, 14, null, 2)
    await spend(walker, 14, 'service-of-yesterday', 1)
    const usage = await walker.say('/usage')
    const [title = '', empty, ...lines] = (usage.caption ?? '').split('\n')
    expect(title).toContain(text(language, 'coins', { count: 49 }))
    expect(empty).toBe('')
    expect(lines.slice(0, 2)).toEqual([
      `🟦 ${language === 'ru' ? 'Аватар: 41 монета, 2 раза' : 'Avatar: 41 coins, 2 uses'}`,
      `🟧 ${language === 'ru' ? 'Расшифровка: 5 монет, 1 раз' : 'Transcript: 5 coins, 1 use'}`,
    ])
    expect(lines[2]).toContain(text(language, 'usage-other'))
    expect(lines.slice(4)).toEqual([
      '',
      plainText(text(language, 'usage-weeks')),
      expect.stringContaining(text(language, 'coins', { count: 8 })),
      expect.stringContaining(text(language, 'coins', { count: 41 })),
    ])
    const bytes = pictureOf(usage)
    const { width, height } = await sharp(bytes).metadata()
    expect([width, height]).toEqual([800, 450])
    // light, so that it also shows in a dark chat
    const [red = 0, green = 0, blue = 0] = await sharp(bytes)
      .extract({ left: 2, top: 2, width: 1, height: 1 })
      .raw()
      .toBuffer()
    expect(Math.min(red, green, blue)).toBeGreaterThan(230)
  })
})

it('goes back and forth in time in one message, where both have a picture', async () => {
  const walker = await meetWalker(house, 'en')
  await spend(walker, 1, 'avatar', 10)
  await spend(walker, 60, 'avatar', 30)
  const now = await walker.say('/usage')
  const before = await walker.press(now, text('en', 'button-older'))
  expect(before.message_id).toBe(now.message_id)
  expect(before.caption).toContain('Spent: 30 coins')
  const again = await walker.press(before, text('en', 'button-newer'))
  expect([again.message_id, again.caption]).toEqual([now.message_id, now.caption])
})

it('names as many services as there are colours, and takes the others together', async () => {
  const walker = await meetWalker(house, 'en')
  for (let index = 0; index < 12; index += 1) await spend(walker, 0, `service-${index}`, 100 - index)
  const { caption = '' } = await walker.say('/usage')
  const squares = caption.split('\n').filter((line) => /^\p{So}/u.test(line))
  expect(squares).toHaveLength(7)
  expect(squares.at(-1)).toBe(`⬛ Other: ${94 + 93 + 92 + 91 + 90 + 89} coins, 6 uses`)
  expect(caption.length).toBeLessThanOrEqual(1_024)
})

it('a page beyond the last is the last', async () => {
  const walker = await meetWalker(house, 'en')
  const usage = await walker.say('/usage')
  const last = await walker.pressData(usage, { kind: 'usage', page: 99 })
  expect(meaningsOf(last).filter(({ kind }) => kind === 'usage')).toHaveLength(1)
})
