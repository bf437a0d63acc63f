import { strict as assert } from 'node:assert'
import { text } from '#shared/domain/texts/texts.ts'
import type { ChatMessage } from './conversation.ts'
import type { Visit } from './visit.ts'

type History = {
  items: {
    amount: number
    type: string
    description: string
    balanceAfter: number
    createdAt: string
    reference: string | null
  }[]
}

/** Notices come in between: an answer is known by its place, or by its buttons. */
const sameAs =
  ({ message_id }: ChatMessage) =>
  (message: ChatMessage): boolean =>
    message.message_id === message_id

const hasButton =
  (label: string) =>
  (message: ChatMessage): boolean =>
    message.reply_markup?.inline_keyboard?.flat().some(({ text: words }) => words.includes(label)) ?? false

const smallPack = ({ tariff }: Visit) => {
  const pack = tariff.packs.find(({ prices }) => prices.XTR !== undefined)
  assert(pack, 'the tariff has no pack for Stars')
  return pack
}

/** Buys the first pack with Stars: choose, pay, credited. */
export const topUpWithStars = async (visit: Visit): Promise<void> => {
  const { chat, language } = visit
  const pack = smallPack(visit)
  const packs = await chat.say('/topup', hasButton(pack.title[language]))
  const invoice = await chat.press(packs, pack.title[language], (message) => message.invoice !== undefined)
  assert(invoice.invoice, 'pressing a pack gave no invoice')
  await chat.pay(invoice)
  await visit.expectChange(pack.coins, `${pack.prices.XTR} Stars credited`)
}

const controlYookassa = async (control: string, path: string): Promise<void> => {
  const response = await fetch(`${control}/sim/${path}`, {
    method: 'POST',
    signal: AbortSignal.timeout(10_000),
  })
  assert(response.ok, `the YooKassa simulator answered ${response.status} to ${path}`)
}

/** Buys the first pack through YooKassa: a link, its page, the notification, and the button that checks. */
export const topUpWithYookassa = async (visit: Visit, control: string): Promise<void> => {
  const { chat, language, print, checked } = visit
  const pack = smallPack(visit)
  const way = text(language, 'button-way', { way: 'yookassa' })
  const stars = await chat.say('/topup', hasButton(way))
  const cards = await chat.press(stars, way, sameAs(stars))
  const check = text(language, 'button-check')
  const offer = await chat.press(cards, pack.title[language], hasButton(check))
  await chat.press(offer, check)
  checked('nothing is credited before it is paid, and nobody is told to pay again')
  const address = chat.linkIn(offer)
  print(`  page  :  ${address} [pays by card]`)
  const paymentId = new URL(address).pathname.split('/').at(-1)
  await chat.awaitMessage(() => controlYookassa(control, `payments/${paymentId}/pay`))
  await visit.expectChange(pack.coins, 'the notification of YooKassa was checked with YooKassa, and credited')
  await chat.press(offer, check, sameAs(offer))
  await visit.expectChange(0, 'the button finds it credited, and credits nothing again')
}

const RESERVED = 20
const CAPTURED = 12

/** Another program reserves coins for work that lasts, then takes only what the work cost. */
export const reserveAndCapture = async (visit: Visit): Promise<void> => {
  const { api, chat, language, print, checked, profile } = visit
  const { user } = await profile()
  const hold = await api.post<{ holdId: string; expiresAt: string }>('charge', '/holds', {
    userId: user.id,
    coins: RESERVED,
    description: language === 'ru' ? 'Ролик из фотографий' : 'A film of your photos',
  })
  print(`  http  :  POST charge/holds {coins: ${RESERVED}} -> ${hold.holdId}, until ${hold.expiresAt}`)
  const reserved = text(language, 'button-reserved', { coins: RESERVED })
  const balance = await chat.say('/balance', hasButton(reserved))
  const { held } = (await profile()).balance
  assert.equal(held, RESERVED, `${held} coins are reserved instead of ${RESERVED}`)
  checked(`${RESERVED} coins are reserved, none is taken`)
  await chat.press(balance, reserved, sameAs(balance))

  print(`  http  :  POST charge/holds/<id>/capture {coins: ${CAPTURED}}`)
  await chat.awaitMessage(() => api.post('charge', `/holds/${hold.holdId}/capture`, { coins: CAPTURED }))
  const after = await visit.expectChange(-CAPTURED, `${CAPTURED} coins taken`)
  assert.equal(after.balance.held, 0, 'coins are still reserved after the capture')
  checked(`the other ${RESERVED - CAPTURED} coins are free again`)
}

/** Buys a pack by mistake and gets the money back in the chat: the coins are as before. */
export const refundInChat = async (visit: Visit): Promise<void> => {
  const { chat, language, checked } = visit
  const before = visit.coins()
  const pack = smallPack(visit)
  await topUpWithStars(visit)
  const money = `${pack.prices.XTR} ⭐`
  const support = await chat.say('/paysupport', hasButton(money))
  const question = await chat.press(support, money, sameAs(support))
  const yes = text(language, 'button-refund', { amount: money })
  // the answer comes in place; the notice of the refund when it is this chat's turn for another message
  await chat.press(question, yes, sameAs(question))
  const { balance } = await visit.expectChange(-pack.coins, `${pack.prices.XTR} Stars refunded`)
  assert.deepEqual(balance, { coins: before, held: 0, debt: 0 })
  checked('the account is as it was before the purchase, nothing is owed')
}

/** The history in words and as the ledger has it, with one line opened. */
export const readHistory = async (visit: Visit): Promise<void> => {
  const { chat, api, language, print } = visit
  const { user } = await visit.profile()
  const page = await chat.say('/history', hasButton('1'))
  const explained = await chat.press(page, '1', sameAs(page))
  await chat.press(explained, text(language, 'button-back'), sameAs(page))
  const { items } = await api.json<History>('profile', `/transactions?userId=${user.id}&limit=100`)
  for (const { createdAt, type, amount, balanceAfter, description } of items.toReversed()) {
    print(
      `  row   :  ${createdAt}  ${type.padEnd(8)} ${String(amount).padStart(6)}  balanceAfter ${String(balanceAfter).padStart(6)}  ${description}`,
    )
  }
  assert.equal(items[0]?.balanceAfter, visit.coins())
  assert.equal(items[0]?.type, 'reversal', 'the newest movement is not the refund')
  let sum = 0
  for (const { amount, balanceAfter } of items.toReversed()) {
    sum += amount
    assert.equal(balanceAfter, sum, 'a row does not follow from the one before')
  }
  visit.checked(`${items.length} movements, each following from the one before`)
}
