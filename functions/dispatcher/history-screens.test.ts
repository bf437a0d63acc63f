import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import { loadTariff } from '#shared/platform/tariff-file.ts'
import { connectWebhook, labelsOf, meet, plainText, signedFor } from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as charge } from '../charge/handler.ts'
import { handler as notify } from '../notify/handler.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { handler as dispatcher } from './handler.ts'

const tariff = loadTariff(new URL('../../tariff.yml', import.meta.url).pathname)
const BONUS = tariff.welcomeBonus

let house: House
beforeAll(async () => {
  house = await openHouse({
    functions: [dispatcher, register, profile, topUp, charge, transcriptSave, notify],
  })
  await connectWebhook(house)
})
afterAll(() => house?.close())

const idOf = async (telegramId: number): Promise<string> => {
  const [row] = await house.ownerSql<{ id: string }[]>`select id from users where telegram_id = ${telegramId}`
  return row?.id ?? ''
}

/** Receipts would come between a question and its answer. */
const quieten = (userId: string, settings: Record<string, unknown> = {}) =>
  house.call('profile', 'PATCH', `/?userId=${userId}`, {
    body: { settings: { receipts: false, ...settings } },
  })

const take = (userId: string, path: string, body: Record<string, unknown>) =>
  house.call('charge', 'POST', path, { body: { userId, ...body } })

/** Coins that an operator or a refund moved, with the row that explains it. */
const move = async (userId: string, amount: number, type: string, reference: string | null = null) => {
  await house.ownerSql`
    with moved as (
      update user_balances set coins = coins + ${amount} where user_id = ${userId} returning user_id, coins
    ) insert into transactions (user_id, amount, type, description, balance_after, reference, actor)
      select user_id, ${amount}, ${type}, 'counted twice', coins, ${reference}, 'operator' from moved`
}

describe.each(['ru', 'en'] as const)('why did my balance change, in %s', (language) => {
  const back = text(language, 'button-back')
  const isRussian = language === 'ru'

  it('numbers the lines and opens each in place, with a way back', async () => {
    const chat = await meet(house, language)
    await chat.say('/start')
    await chat.pay(await chat.press(await chat.say('/topup'), tariff.packs[0]?.title[language] ?? ''))
    const userId = await idOf(chat.personId)
    await quieten(userId)
    await take(userId, '/', { service: 'image', units: 2 })
    await chat.sendFile('document', 'notes.txt', 'text/plain', Buffer.from('Some words\n'))
    await move(userId, 7, 'adjustment')

    const history = await chat.say('/history')
    expect(labelsOf(history).slice(0, 5)).toEqual(['1', '2', '3', '4', '5'])
    expect(history.text).toContain(isRussian ? '1. +7 монет' : '1. +7 coins')

    const [paymentId] = await house.ownerSql<
      { id: string }[]
    >`select id from payments where user_id = ${userId}`.then((rows) => rows.map(({ id }) => id))
    const expected: [string, (string | RegExp)[]][] = [
      ['1', ['counted twice', isRussian ? 'оператор' : 'operator', /105 → .*112/]],
      ['2', ['transcript', /110 → .*105/, '/transcripts', '2026-1']],
      ['3', ['image', /150 → .*110/, isRussian ? 'Количество: 2' : 'Units: 2', '2026-1']],
      ['4', ['topup', /50 → .*150/, '50 ⭐', 'Telegram Stars', paymentId ?? 'no payment']],
      ['5', ['bonus', /0 → .*50/]],
    ]
    for (const [number, facts] of expected) {
      const detail = await chat.press(history, number)
      expect(detail.message_id).toBe(history.message_id)
      for (const fact of facts.slice(1)) {
        if (typeof fact === 'string') expect(detail.text).toContain(fact)
        else expect(detail.text).toMatch(fact)
      }
      expect(labelsOf(detail).at(-2)).toBe(back)
      const page = await chat.press(detail, back)
      expect([page.message_id, page.text]).toEqual([history.message_id, history.text])
    }
  })

  it('goes back to the very page that it came from', async () => {
    const chat = await meet(house, language)
    await chat.say('/start')
    const userId = await idOf(chat.personId)
    for (let n = 0; n < 9; n += 1) await move(userId, 1, 'adjustment')
    const older = await chat.press(await chat.say('/history'), text(language, 'history-older'))
    expect(labelsOf(older).slice(0, 2)).toEqual(['1', '2'])
    const detail = await chat.press(older, '2')
    expect(detail.text).toContain(plainText(text(language, 'entry-why', { type: 'bonus' })))
    expect((await chat.press(detail, back)).text).toBe(older.text)
  })

  it('shows what a reversal, a debt and a captured hold were about', async () => {
    const chat = await meet(house, language)
    await chat.say('/start')
    await chat.pay(await chat.press(await chat.say('/topup'), tariff.packs[0]?.title[language] ?? ''))
    const userId = await idOf(chat.personId)
    await quieten(userId)
    const held = await take(userId, '/holds', { service: 'image' })
    await house.call('charge', 'POST', `/holds/${held.body.holdId}/capture`, { body: { coins: 12 } })
    const refundId = randomUUID()
    await move(userId, -88, 'reversal', `refund:${refundId}`)
    await house.ownerSql`
      insert into refunds (id, payment_id, amount, coins, debt_added, state, reason, actor, origin)
      select ${refundId}, id, 50, 100, 12, 'done', 'x', 'x', 'outside' from payments where user_id = ${userId}`

    const history = await chat.say('/history')
    const reversal = await chat.press(history, '1')
    expect(reversal.text).toContain(
      isRussian ? 'Возврат: 50 ⭐, платёжной системой' : 'Refund: 50 ⭐, made by',
    )
    expect(reversal.text).toMatch(isRussian ? /стали долгом: 12/ : /owed since: 12/)
    const captured = await chat.press(await chat.press(reversal, back), '2')
    expect(captured.text).toContain(isRussian ? 'Откладывали: 20 монет' : 'Reserved: 20 coins')
    expect(captured.text).toMatch(/150 → .*138/)
  })

  it("does not open another person's entry", async () => {
    const [chat, other] = [await meet(house, language), await meet(house, language)]
    const [history, foreign] = [await chat.say('/history'), await other.say('/history')]
    const [[button] = []] = foreign.reply_markup?.inline_keyboard ?? []
    const forged = {
      ...history,
      reply_markup: {
        inline_keyboard: [
          [{ text: 'x', callback_data: signedFor(house, chat.personId, button?.callback_data ?? '') }],
        ],
      },
    }
    expect((await chat.press(forged, 'x')).text).toBe(text(language, 'old-button'))
  })
})

describe.each(['ru', 'en'] as const)('filters of the history, in %s', (language) => {
  const filterOf = (filter: 'all' | 'top-ups' | 'spending' | 'other', state: 'on' | 'off' = 'off') =>
    text(language, 'history-filter', { filter, state })

  it('show one kind in place, mark which, keep it while turning pages, and lead back from an entry', async () => {
    const chat = await meet(house, language)
    const all = await chat.say('/history')
    expect(labelsOf(all)).toContain(filterOf('all', 'on'))
    const userId = await idOf(chat.personId)
    await quieten(userId)
    for (let count = 0; count < 9; count += 1) await take(userId, '/', { service: 'message' })

    const spending = await chat.press(all, filterOf('spending'))
    expect(spending.message_id).toBe(all.message_id)
    expect(labelsOf(spending)).toContain(filterOf('spending', 'on'))
    expect(spending.text).not.toContain('+50')
    const older = await chat.press(spending, text(language, 'history-older'))
    expect(labelsOf(older)).toContain(filterOf('spending', 'on'))
    expect(older.text).not.toContain('+50')
    expect(labelsOf(older).filter((label) => /^\d$/.test(label))).toEqual(['1'])
    const entry = await chat.press(older, '1')
    expect((await chat.press(entry, text(language, 'button-back'))).text).toBe(older.text)

    const topUps = await chat.press(older, filterOf('top-ups'))
    expect(topUps.text).toContain('+50')
    const others = await chat.press(topUps, filterOf('other'))
    expect(others.text).toContain(text(language, 'history-none', { filter: 'other' }))
    expect((await chat.press(others, filterOf('all'))).message_id).toBe(all.message_id)
  })

  it('each line names the prices that it went by', async () => {
    const chat = await meet(house, language)
    await chat.say('/start')
    const userId = await idOf(chat.personId)
    await quieten(userId)
    await take(userId, '/', { service: 'message' })
    const { text: words = '' } = await chat.say('/history')
    expect(words).toContain(language === 'ru' ? `· цены ${tariff.version}` : `· prices ${tariff.version}`)
  })
})

describe.each(['ru', 'en'] as const)('coins that are reserved, in %s', (language) => {
  it('are shown in the balance, with what for and until when', async () => {
    const chat = await meet(house, language)
    const plain = await chat.say('/balance')
    expect(labelsOf(plain)).toHaveLength(4)
    const userId = await idOf(chat.personId)
    await take(userId, '/holds', { service: 'image' })
    await take(userId, '/holds', { coins: 3, description: 'A long <film>' })
    const balance = await chat.say('/balance')
    expect(balance.text).toMatch(language === 'ru' ? /Отложено.*23 монеты/ : /Set aside.*23 coins/)
    const reserved = await chat.press(balance, text(language, 'button-reserved', { coins: 23 }))
    expect(reserved.message_id).toBe(balance.message_id)
    expect(reserved.text).toContain('A long <film>')
    expect(reserved.text).toContain(tariff.services.image?.title[language])
    expect(reserved.text?.match(language === 'ru' ? /не дольше чем до/g : /at the latest/g)).toHaveLength(2)

    await house.ownerSql`update holds set expires_at = now() where user_id = ${userId}`
    const free = await chat.press(balance, text(language, 'button-reserved', { coins: 23 }))
    expect(free.text).toBe(text(language, 'holds-empty'))
  })
})

describe.each(['ru', 'en'] as const)('what is refused, in %s', (language) => {
  it('beyond the daily limit: names what is left of it', async () => {
    const chat = await meet(house, language)
    await chat.say('/start')
    const userId = await idOf(chat.personId)
    await quieten(userId, { dailyLimit: 7 })
    await take(userId, '/', { coins: 4, description: 'x' })
    const refused = await chat.sendFile('document', 'a.txt', 'text/plain', Buffer.from('words'))
    expect(refused.text).toBe(text(language, 'daily-limit-reached', { limit: 7, left: 3 }))
    expect(refused.text).toContain(language === 'ru' ? 'осталось: 3 монеты' : 'Left for today: 3 coins')
  })

  it('with a debt: tells of it', async () => {
    const chat = await meet(house, language)
    await chat.say('/start')
    const userId = await idOf(chat.personId)
    await move(userId, -BONUS, 'reversal')
    await house.ownerSql`update user_balances set debt = 21 where user_id = ${userId}`
    const refused = await chat.sendFile('document', 'a.txt', 'text/plain', Buffer.from('words'))
    expect(refused.text).toMatch(language === 'ru' ? /Не хватает 26 монет/ : /You need 26 coins/)
    expect(refused.text).toContain(
      language === 'ru' ? 'В том числе долг после возврата платежа: 21 монета.' : 'a debt of 21 coins',
    )
  })
})
