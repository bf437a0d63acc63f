import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import { loadTariff } from '#shared/platform/tariff-file.ts'
import { startYookassaSimulator, type YookassaSimulator } from '../../local/yookassa/server.ts'
import {
  answersOf,
  connectWebhook,
  labelsOf,
  meet,
  plainText,
  postUpdate,
  signedFor,
  updateOf,
} from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as notify } from '../notify/handler.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { handler as dispatcher } from './handler.ts'

const tariff = loadTariff(new URL('../../tariff.yml', import.meta.url).pathname)
const BONUS = tariff.welcomeBonus
const PACK = 100
const CONTACT = tariff.support.contact

let house: House
let shop: YookassaSimulator
beforeAll(async () => {
  shop = await startYookassaSimulator({ shopId: '100500', secretKey: 'test_secret' })
  house = await openHouse({
    functions: [dispatcher, register, profile, topUp, transcriptSave, notify],
    config: {
      providers: {
        telegram: { token: '100500:TEST:provider-token', currency: 'RUB' },
        yookassa: {
          shopId: shop.shopId,
          secretKey: shop.secretKey,
          test: true,
          apiRoot: shop.apiRoot,
          returnUrl: 'https://t.me/',
          networks: ['127.0.0.0/8'],
        },
      },
    },
  })
  await connectWebhook(house)
})
afterAll(async () => {
  await house?.close()
  await shop?.close()
})

type Chat = Awaited<ReturnType<typeof meet>>
type Message = Awaited<ReturnType<typeof answersOf>>[number]

const balanceOf = async (chat: Chat) =>
  (await house.call('profile', 'GET', `/?telegramId=${chat.personId}`)).body.balance

/** The message as it stands now: a notice may have come in between. */
const current = async (chat: Chat, message: Message): Promise<Message | undefined> =>
  (await answersOf(house, chat.personId)).find(({ message_id }) => message_id === message.message_id)

/** A pack bought with Stars. */
const buy = async (chat: Chat, language: 'ru' | 'en'): Promise<void> => {
  await chat.pay(await chat.press(await chat.say('/topup'), tariff.packs[0]?.title[language] ?? ''))
}

const paymentOf = async (chat: Chat) => {
  const [row] = await house.ownerSql<{ id: string; chargeId: string; state: string }[]>`
    select p.id, charge_id as "chargeId", state from payments p join users u on u.id = user_id
    where telegram_id = ${chat.personId} order by p.id desc`
  return row
}

describe.each(['ru', 'en'] as const)('money in the chat, in %s', (language) => {
  const title = tariff.packs[0]?.title[language] ?? ''
  const isRussian = language === 'ru'
  const refundLabel = isRussian ? 'Вернуть 50 ⭐' : 'Refund 50 ⭐'
  const yes = text(language, 'button-refund', { amount: '50 ⭐' })
  const refusal = (reason: 'already' | 'spent' | 'too_late') =>
    text(language, 'refund-refused', { reason, days: tariff.refunds.days, contact: CONTACT })

  it("pays a card invoice behind a button of Telegram's", async () => {
    const chat = await meet(house, language)
    const cards = await chat.press(
      await chat.say('/topup'),
      text(language, 'button-way', { way: 'telegram' }),
    )
    const offer = await chat.press(cards, title)
    const receipt = await chat.payLink(offer)
    expect(receipt.text).toContain(isRussian ? 'Пополнение' : 'Topped up')
    expect((await balanceOf(chat)).coins).toBe(BONUS + PACK)
  })

  it('finds a YooKassa payment whose notification was lost, at a press, once', async () => {
    const chat = await meet(house, language)
    const cards = await chat.press(
      await chat.say('/topup'),
      text(language, 'button-way', { way: 'yookassa' }),
    )
    const offer = await chat.press(cards, title)
    const check = text(language, 'button-check')
    const waiting = await chat.press(offer, check)
    expect(waiting.text).toBe(plainText(text(language, 'order-state', { state: 'open', coins: 0 })))
    shop.pay(new URL(chat.linkIn(offer)).pathname.split('/').at(-1) ?? '')
    const paid = await chat.press(offer, check, ({ message_id }) => message_id === offer.message_id)
    expect(paid.text).toBe(text(language, 'order-state', { state: 'paid', coins: PACK }))
    await chat.press(waiting, check, ({ message_id }) => message_id === waiting.message_id)
    expect((await balanceOf(chat)).coins).toBe(BONUS + PACK)
  })

  it('tells that a YooKassa payment was given up', async () => {
    const chat = await meet(house, language)
    const cards = await chat.press(
      await chat.say('/topup'),
      text(language, 'button-way', { way: 'yookassa' }),
    )
    const offer = await chat.press(cards, title)
    shop.cancel(new URL(chat.linkIn(offer)).pathname.split('/').at(-1) ?? '')
    const canceled = await chat.press(offer, text(language, 'button-check'))
    expect(canceled.text).toBe(text(language, 'order-state', { state: 'canceled', coins: 0 }))
    expect((await balanceOf(chat)).coins).toBe(BONUS)
  })

  it('refunds Stars at a second press, takes the coins, and explains both in the history', async () => {
    const chat = await meet(house, language)
    await buy(chat, language)
    const support = await chat.say('/paysupport')
    const question = await chat.press(support, refundLabel)
    const isNotice = ({ message_id }: Message) => message_id !== question.message_id
    const notice = await chat.press(question, yes, isNotice)
    expect(notice.text).toContain(isRussian ? 'Вернули платёж: 50 ⭐' : 'Payment refunded: 50 ⭐')
    expect((await current(chat, question))?.text).toBe(
      text(language, 'refund-accepted', { state: 'done', amount: '50 ⭐', coins: PACK, debt: 0 }),
    )
    expect(await balanceOf(chat)).toEqual({ coins: BONUS, held: 0, debt: 0 })
    expect((await paymentOf(chat))?.state).toBe('refunded')

    const reversal = await chat.press(await chat.say('/history'), '1')
    expect(reversal.text).toContain(
      isRussian ? 'Возврат: 50 ⭐, по вашей просьбе' : 'Refund: 50 ⭐, as you asked',
    )
    expect(reversal.text).toContain((await paymentOf(chat))?.id)
    expect(labelsOf(await chat.say('/paysupport'))).not.toContain(refundLabel)
  })

  it('pressed twice it is refunded once', async () => {
    const chat = await meet(house, language)
    await buy(chat, language)
    const question = await chat.press(await chat.say('/paysupport'), refundLabel)
    await chat.press(question, yes, ({ message_id }) => message_id !== question.message_id)
    const again = await chat.press(question, yes, ({ message_id }) => message_id === question.message_id)
    expect(again.text).toBe(refusal('already'))
    expect((await balanceOf(chat)).coins).toBe(BONUS)
  })

  it('is refused by the policy when the coins are spent meanwhile, or the days are over', async () => {
    const chat = await meet(house, language)
    await buy(chat, language)
    const question = await chat.press(await chat.say('/paysupport'), refundLabel)
    await house.ownerSql`
      with spent as (
        update user_balances set coins = coins - 60
        where user_id = (select id from users where telegram_id = ${chat.personId}) returning user_id, coins
      ) insert into transactions (user_id, amount, type, description, balance_after, actor)
        select user_id, -60, 'charge', 'spent', coins, 'test' from spent`
    const spent = await chat.press(question, yes)
    expect(spent.text).toBe(refusal('spent'))
    expect((await balanceOf(chat)).coins).toBe(BONUS + PACK - 60)

    await house.ownerSql`
      update payments set paid_at = now() - interval '15 days', created_at = now() - interval '15 days'
      where id = ${(await paymentOf(chat))?.id ?? ''}`
    const late = await chat.press(question, yes)
    expect(late.text).toBe(refusal('too_late'))
  })

  it("does not refund another person's payment", async () => {
    const [chat, other] = [await meet(house, language), await meet(house, language)]
    await buy(other, language)
    const theirs = await other.press(await other.say('/paysupport'), refundLabel)
    const mine = await chat.say('/balance')
    const button = theirs.reply_markup?.inline_keyboard?.flat().find((one) => one.text === yes)
    // as if the bot had signed it for this person: whose payment it is decides all the same
    const data = signedFor(house, chat.personId, button?.callback_data ?? '')
    const forged = { ...mine, reply_markup: { inline_keyboard: [[{ text: yes, callback_data: data }]] } }
    const refused = await chat.press(forged, yes)
    expect(refused.text).toContain(CONTACT)
    expect((await balanceOf(other)).coins).toBe(BONUS + PACK)
  })

  it('a refund made at Telegram takes the coins back once; what is spent becomes debt, and is told of', async () => {
    const chat = await meet(house, language)
    await buy(chat, language)
    await house.ownerSql`
      with spent as (
        update user_balances set coins = coins - 120
        where user_id = (select id from users where telegram_id = ${chat.personId}) returning user_id, coins
      ) insert into transactions (user_id, amount, type, description, balance_after, actor)
        select user_id, -120, 'charge', 'spent', coins, 'test' from spent`
    const { chargeId } = (await paymentOf(chat)) ?? {}
    const refunded = () =>
      updateOf({
        message: {
          message_id: 1,
          date: 1_790_000_000,
          chat: { id: chat.personId, type: 'private' },
          from: { id: chat.personId, is_bot: false, first_name: 'Anna' },
          refunded_payment: {
            currency: 'XTR',
            total_amount: 50,
            invoice_payload: 'x',
            telegram_payment_charge_id: chargeId,
          },
        },
      })
    const notice = await chat.awaitMessage(() => postUpdate(house, refunded()))
    expect(notice.text).toContain(isRussian ? 'Долг — 70 монет' : 'You owe 70 coins')
    expect((await postUpdate(house, refunded())).status).toBe(200)
    expect(await balanceOf(chat)).toEqual({ coins: 0, held: 0, debt: 70 })
    const refused = await chat.sendFile('document', 'a.txt', 'text/plain', Buffer.from('words'))
    expect(refused.text).toBe(
      plainText(text(language, 'insufficient-funds', { price: 5, missing: 75, spendable: 0, debt: 70 })),
    )
  })
})
