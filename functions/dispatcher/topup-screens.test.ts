import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import { AppError } from '#shared/errors.ts'
import { loadTariff } from '#shared/platform/tariff-file.ts'
import { connectWebhook, labelsOf, meet, plainText } from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as dispatcher } from './handler.ts'
import { standIn } from './stand-in.testing.ts'

const tariff = loadTariff(new URL('../../tariff.yml', import.meta.url).pathname)
const ORDER = '0198f1c2-7d3e-7a4b-8c5d-0e1f2a3b4c5d'
const STARS = { id: 'stars', currency: 'XTR' }
const CARDS = [STARS, { id: 'telegram', currency: 'RUB' }, { id: 'yookassa', currency: 'RUB' }]

/** What the parts outside say now; a test changes it. */
const world = {
  providers: CARDS,
  order: { state: 'open', coins: 0 } as { state: string; coins: number },
  failure: undefined as AppError | undefined,
}

const topUp = standIn('top-up', {
  'GET /packs': () => ({ items: tariff.packs, providers: world.providers }),
  'POST /invoices': ({ body }) => {
    if (world.failure) throw world.failure
    const { provider } = body as { provider: string }
    if (provider === 'yookassa') return { orderId: ORDER, provider, url: 'https://pay.example/order' }
    return {
      orderId: ORDER,
      provider,
      ...(provider === 'telegram' ? { url: 'https://t.me/$invoice' } : {}),
      invoice: {
        title: '100 coins',
        description: 'A pack',
        payload: 'payload',
        currency: provider === 'stars' ? 'XTR' : 'RUB',
        prices: [{ label: '100 coins', amount: provider === 'stars' ? 50 : 9900 }],
      },
    }
  },
  'POST /orders/:id/check': () => {
    if (world.failure) throw world.failure
    return { orderId: ORDER, ...world.order }
  },
})

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [dispatcher, register, profile, topUp.fn] })
  await connectWebhook(house)
})
afterAll(() => house?.close())
beforeEach(() => {
  Object.assign(world, { providers: CARDS, order: { state: 'open', coins: 0 }, failure: undefined })
  topUp.calls.length = 0
})

/** The buttons of the last row, which lead on from every screen. */
const HOME = 2

const plainSpaces = (words: string): string => words.replaceAll(/[\u00a0\u202f]/g, ' ')

describe.each(['ru', 'en'] as const)('/topup in %s', (language) => {
  const titles = tariff.packs.map((pack) => pack.title[language])
  const wayOf = (way: 'stars' | 'telegram' | 'yookassa') => text(language, 'button-way', { way })

  it('shows Stars at one tap and a way to each kind of card', async () => {
    const chat = await meet(house, language)
    const packs = await chat.say('/topup')
    expect(packs.text).toContain(text(language, 'topup-choose', { coins: 50 }).split('\n')[1])
    const labels = labelsOf(packs)
    expect(labels).toHaveLength(titles.length + 2 + HOME)
    for (const [index, title] of titles.entries()) expect(labels[index]).toMatch(new RegExp(`${title}.*⭐`))
    expect(labels.slice(titles.length, -HOME)).toEqual([wayOf('telegram'), wayOf('yookassa')])
    const invoice = await chat.press(packs, titles[0] ?? '')
    expect(invoice.invoice).toMatchObject({ currency: 'XTR', total_amount: 50 })
    expect(topUp.calls.at(-1)?.body).toMatchObject({ provider: 'stars', link: false })
  })

  it('shows nothing but Stars where no card is configured', async () => {
    world.providers = [STARS]
    const chat = await meet(house, language)
    expect(labelsOf(await chat.say('/topup'))).toHaveLength(titles.length + HOME)
  })

  it('goes to the packs by card and back, in one message', async () => {
    const chat = await meet(house, language)
    const stars = await chat.say('/topup')
    const cards = await chat.press(stars, wayOf('telegram'))
    expect(cards.message_id).toBe(stars.message_id)
    expect(cards.text).toBe(plainText(text(language, 'topup-way', { way: 'telegram', coins: 50 })))
    expect(labelsOf(cards)[0]).toMatch(/99/)
    expect(labelsOf(cards).slice(titles.length, -HOME)).toEqual([wayOf('stars'), wayOf('yookassa')])
    const back = await chat.press(cards, wayOf('stars'))
    expect([back.message_id, labelsOf(back)[0]]).toEqual([stars.message_id, labelsOf(stars)[0]])
  })

  it("offers Telegram's own card form by a button, once", async () => {
    const chat = await meet(house, language)
    const cards = await chat.press(await chat.say('/topup'), wayOf('telegram'))
    const offer = await chat.press(cards, titles[0] ?? '')
    expect(plainSpaces(offer.text ?? '')).toMatch(/99/)
    expect(offer.text).toContain(language === 'ru' ? 'Платите один раз.' : 'Pay once.')
    expect(chat.linkIn(offer)).toBe('https://t.me/$invoice')
    expect(labelsOf(offer)).toHaveLength(1 + HOME)
  })

  it('leads to YooKassa by its link, and checks the payment at a press', async () => {
    const chat = await meet(house, language)
    const cards = await chat.press(await chat.say('/topup'), wayOf('yookassa'))
    const offer = await chat.press(cards, titles[0] ?? '')
    expect(chat.linkIn(offer)).toBe('https://pay.example/order')
    expect(offer.text).toContain(language === 'ru' ? 'не платите снова' : 'do not pay again')

    const check = text(language, 'button-check')
    const waiting = await chat.press(offer, check)
    expect(waiting.text).toBe(plainText(text(language, 'order-state', { state: 'open', coins: 0 })))
    expect(topUp.calls.at(-1)).toMatchObject({
      path: `/orders/${ORDER}/check`,
      route: 'POST /orders/:id/check',
    })

    world.order = { state: 'paid', coins: 100 }
    const paid = await chat.press(waiting, check)
    expect(paid.message_id).toBe(waiting.message_id)
    expect(paid.text).toBe(plainText(text(language, 'order-state', { state: 'paid', coins: 100 })))
    expect(labelsOf(paid)).toEqual([text(language, 'button-history'), text(language, 'button-menu')])
  })

  it.each(['canceled', 'expired'] as const)(
    'tells that an order is %s, and takes its buttons away',
    async (state) => {
      world.order = { state, coins: 0 }
      const chat = await meet(house, language)
      const cards = await chat.press(await chat.say('/topup'), wayOf('yookassa'))
      const offer = await chat.press(cards, titles[0] ?? '')
      const checked = await chat.press(offer, text(language, 'button-check'))
      expect(checked.message_id).toBe(offer.message_id)
      expect(checked.text).toBe(text(language, 'order-state', { state, coins: 0 }))
      expect(labelsOf(checked)).toEqual([text(language, 'button-topup'), text(language, 'button-menu')])
    },
  )

  it('says when a payment waits for an operator', async () => {
    world.order = { state: 'paid', coins: 0 }
    const chat = await meet(house, language)
    const cards = await chat.press(await chat.say('/topup'), wayOf('yookassa'))
    const offer = await chat.press(cards, titles[0] ?? '')
    const checked = await chat.press(offer, text(language, 'button-check'))
    expect(checked.text).toBe(plainText(text(language, 'order-state', { state: 'suspense', coins: 0 })))
  })

  it("knows no order of another person's", async () => {
    const chat = await meet(house, language)
    const cards = await chat.press(await chat.say('/topup'), wayOf('yookassa'))
    const offer = await chat.press(cards, titles[0] ?? '')
    world.failure = new AppError('forbidden')
    expect((await chat.press(offer, text(language, 'button-check'))).text).toBe(text(language, 'old-button'))
  })

  it('does not send anybody to pay again while YooKassa cannot be asked', async () => {
    const chat = await meet(house, language)
    const cards = await chat.press(await chat.say('/topup'), wayOf('yookassa'))
    const offer = await chat.press(cards, titles[0] ?? '')
    world.failure = new AppError('upstream_failed')
    const checked = await chat.press(offer, text(language, 'button-check'))
    expect(checked.text).toBe(plainText(text(language, 'order-state', { state: 'open', coins: 0 })))
  })

  it.each([
    ['invalid_input', 'topup-way-closed'],
    ['upstream_failed', 'busy-try-later'],
  ] as const)('says so when an invoice ends in %s', async (code, words) => {
    const chat = await meet(house, language)
    const cards = await chat.press(await chat.say('/topup'), wayOf('telegram'))
    world.failure = new AppError(code)
    expect((await chat.press(cards, titles[0] ?? '')).text).toBe(text(language, words))
  })

  it('closes a way that was open when the button was sent', async () => {
    const chat = await meet(house, language)
    const stars = await chat.say('/topup')
    world.providers = [STARS]
    const closed = await chat.press(stars, wayOf('yookassa'))
    expect(closed.text).toBe(text(language, 'topup-way-closed'))
    expect(labelsOf(closed).slice(0, -HOME)).toEqual([wayOf('stars')])
  })
})

it('a button of an older version, which has no signature, still buys in Stars', async () => {
  const chat = await meet(house, 'en')
  const packs = await chat.say('/topup')
  const [[small] = []] = packs.reply_markup?.inline_keyboard ?? []
  expect(small?.callback_data).toMatch(/^p:small~[\w-]{8}$/)
  const older = {
    ...packs,
    reply_markup: { inline_keyboard: [[{ text: 'Small', callback_data: 'p:small' }]] },
  }
  expect((await chat.press(older, 'Small')).invoice).toBeDefined()
})
