import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeHtml, escapeHtmlWithin } from './escape-html.ts'
import { text } from './texts.ts'

/** Intl groups digits with a no-break space. */
const plainSpaces = (message: string): string => message.replaceAll('\u00a0', ' ')

test.each([
  [0, '0 монет', '0 coins'],
  [1, '1 монета', '1 coin'],
  [2, '2 монеты', '2 coins'],
  [4, '4 монеты', '4 coins'],
  [5, '5 монет', '5 coins'],
  [11, '11 монет', '11 coins'],
  [12, '12 монет', '12 coins'],
  [21, '21 монета', '21 coins'],
  [22, '22 монеты', '22 coins'],
  [101, '101 монета', '101 coins'],
  [111, '111 монет', '111 coins'],
  [1_000_000, '1 000 000 монет', '1,000,000 coins'],
])('%i coins', (count, ru, en) => {
  expect(plainSpaces(text('ru', 'coins', { count }))).toBe(ru)
  expect(text('en', 'coins', { count })).toBe(en)
})

test.each([
  [1, 'Не хватает <b>1 монеты</b>.'],
  [2, 'Не хватает <b>2 монет</b>.'],
  [21, 'Не хватает <b>21 монеты</b>.'],
  [25, 'Не хватает <b>25 монет</b>.'],
])('the genitive of %i', (missing, beginning) => {
  expect(text('ru', 'insufficient-funds', { price: 50, missing, spendable: 5, debt: 0 })).toContain(beginning)
})

test.each([
  [1, 'подарили <b>1 монету</b>'],
  [3, 'подарили <b>3 монеты</b>'],
  [50, 'подарили <b>50 монет</b>'],
  [0, 'Мы открыли вам счёт в монетах'],
])('the accusative of %i', (bonus, part) => {
  expect(text('ru', 'welcome-new', { name: 'Аня', bonus })).toContain(part)
})

test.each([
  [1, '1 раз', '1 use'],
  [2, '2 раза', '2 uses'],
  [5, '5 раз', '5 uses'],
  [11, '11 раз', '11 uses'],
  [21, '21 раз', '21 uses'],
  [22, '22 раза', '22 uses'],
  [101, '101 раз', '101 uses'],
  [112, '112 раз', '112 uses'],
])('%i uses', (count, ru, en) => {
  expect(text('ru', 'uses', { count })).toBe(ru)
  expect(text('en', 'uses', { count })).toBe(en)
})

test.each([
  [1, 'Подождите 1 секунду и'],
  [2, 'Подождите 2 секунды и'],
  [30, 'Подождите 30 секунд и'],
])('waiting %i', (seconds, part) => {
  expect(text('ru', 'rate-limited', { seconds })).toContain(part)
})

describe('history-line', () => {
  const line = {
    number: 3,
    details: 'Аватар',
    date: '5 мар. 2026 г., 14:05',
    balance: 90,
    priceVersion: null,
  }

  test('signs, the noun, what it was for, what was left', () => {
    expect(text('ru', 'history-line', { ...line, type: 'charge', amount: -10 })).toBe(
      '3. <b>−10 монет</b> · Аватар\n<i>5 мар. 2026 г., 14:05 · на счёте стало 90</i>',
    )
    expect(
      text('ru', 'history-line', { ...line, type: 'charge', amount: -10, priceVersion: '2026-1' }),
    ).toContain('· на счёте стало 90 · цены 2026-1</i>')
    expect(text('ru', 'history-line', { ...line, type: 'top_up', amount: 101 })).toContain(
      '<b>+101 монета</b> · пополнение',
    )
    expect(text('en', 'history-line', { ...line, type: 'charge', amount: -1 })).toContain(
      '<b>−1 coin</b> · Аватар',
    )
  })
})

describe('optional parts', () => {
  test('a balance tells of holds and debt only where there are any', () => {
    expect(text('ru', 'balance', { coins: 50, held: 0, spendable: 50, debt: 0 })).toBe(
      '💰 На счёте <b>50 монет</b>',
    )
    expect(text('ru', 'balance', { coins: 50, held: 20, spendable: 30, debt: 1 })).toBe(
      [
        '💰 На счёте <b>50 монет</b>',
        'Отложено на задачи в работе: 20 монет',
        'Свободно: <b>30 монет</b>',
        'Долг после возврата платежа: 1 монета. Погасим его из ближайшего пополнения.',
      ].join('\n'),
    )
  })

  test('a receipt without a price version has no line for it', () => {
    const receipt = { details: 'Аватар', coins: 10, balance: 40 }
    expect(text('ru', 'charge-receipt', { ...receipt, priceVersion: null })).toBe(
      '🧾 Аватар\nСписано: 10 монет, на счёте: <b>40 монет</b>',
    )
    expect(text('ru', 'charge-receipt', { ...receipt, priceVersion: '2026-1' })).toMatch(
      /\nВерсия цен: 2026-1$/,
    )
    // '0' is a version like any other, not the mark of none
    expect(text('ru', 'charge-receipt', { ...receipt, priceVersion: '0' })).toMatch(/\nВерсия цен: 0$/)
  })

  test('what a charge lacks tells of a debt only where there is one', () => {
    const lacking = { price: 5, missing: 26, spendable: 0 }
    expect(text('ru', 'insufficient-funds', { ...lacking, debt: 21 })).toBe(
      [
        'Не хватает <b>26 монет</b>. Цена: 5 монет, свободно: 0 монет.',
        'В том числе долг после возврата платежа: 21 монета. Пополнение сначала погасит его.',
        'Мы ничего не списали. Пополните счёт и попробуйте ещё раз.',
      ].join('\n'),
    )
    expect(text('en', 'insufficient-funds', { ...lacking, debt: 0 })).not.toContain('debt')
  })

  test('a daily limit names what is left of it', () => {
    expect(text('ru', 'daily-limit-reached', { limit: 50, left: 3 })).toContain(
      '\nНа сегодня осталось: 3 монеты.\n',
    )
    expect(text('en', 'daily-limit-reached', { limit: 50, left: 0 })).toContain(
      '\nNothing is left for today.\n',
    )
  })

  test('a daily limit of none, of nothing, of some', () => {
    expect(text('en', 'settings-button-daily-limit', { dailyLimit: null })).toBe('Daily limit: none')
    expect(text('en', 'settings-button-daily-limit', { dailyLimit: 0 })).toBe('Daily limit: 0 coins')
    expect(text('en', 'settings-button-daily-limit', { dailyLimit: 100 })).toBe('Daily limit: 100 coins')
  })
})

test.each([
  [0, 'возврат возможен только при ошибке оплаты.'],
  [1, 'возврат возможен в течение 1 дня после оплаты.'],
  [14, 'возврат возможен в течение 14 дней после оплаты.'],
])('a refund that is too late, with %i days', (days, part) => {
  expect(text('ru', 'refund-refused', { reason: 'too_late', days, contact: '@us' })).toContain(part)
})

test('why a balance changed, line by line', () => {
  const entry = {
    type: 'charge',
    amount: -40,
    details: 'Картинка',
    date: 'сегодня',
    before: 150,
    after: 110,
  } as const
  expect(text('ru', 'entry', entry)).toBe('<b>−40 монет</b> · Картинка\nсегодня\nБыло 150 → стало 110')
  expect(text('en', 'entry-units', { units: 2, price: 20 })).toBe('Units: 2, price of one: 20 coins')
  const payment = { provider: 'yookassa', amount: '99 ₽', coins: 101, paymentId: 'p-1' } as const
  expect(text('ru', 'entry-payment', payment)).toBe(
    'Платёж: 99 ₽ за 101 монету, ЮKassa\nНомер платежа: <code>p-1</code>',
  )
  const refund = { origin: 'self_service', amount: '99 ₽', coins: 100, debt: 12 } as const
  expect(text('ru', 'entry-refund', refund)).toBe(
    'Возврат: 99 ₽, по вашей просьбе\nМонет за эту сумму: 100; из них уже были потрачены и стали долгом: 12',
  )
  expect(text('ru', 'entry-work', { work: 'transcript', isKept: 'gone' })).toBe(
    'За что: сохранили расшифровку; с тех пор её удалили',
  )
})

describe('what comes from people', () => {
  test('is escaped in HTML and left as it is in plain text', () => {
    const title = '<b>A & "B"</b>'
    expect(text('en', 'transcript-saved', { title, characters: 1, coins: 5, balance: 1 })).toContain(
      'Saved: <b>&lt;b&gt;A &amp; &quot;B&quot;&lt;/b&gt;</b> (1 character)',
    )
    expect(text('en', 'transcript-open', { title })).toBe(title)
  })

  test('cannot break out of its line, hide or turn the text around', () => {
    const name = 'Eve\n\n<b>You won!</b>\u202e\u0000\ud800'
    expect(text('en', 'welcome-back', { name, coins: 1 })).toMatch(
      /^Welcome back, <b>Eve &lt;b&gt;You won!&lt;\/b&gt;<\/b>!/,
    )
  })

  test('cannot use the language of the messages', () => {
    expect(text('en', 'transcript-open', { title: '{ COINS($count) } {$x}' })).toBe('{ COINS($count) } {$x}')
  })

  test('a transcript keeps its lines and is cut with an ellipsis', () => {
    const shown = text('en', 'transcript-show', {
      title: 'T',
      characters: 9,
      date: 'now',
      text: 'one\n\ttwo\u0000\n',
    })
    expect(shown).toMatch(/\n\none\n\ttwo\n$/)
    const long = text('en', 'transcript-show', {
      title: 'T',
      characters: 9,
      date: 'now',
      text: 'слово '.repeat(2_000),
    })
    expect(long).toMatch(/слово…$/)
  })
})

describe('escaping', () => {
  test('any text comes back when its entities are read', () => {
    const read = (html: string): string =>
      html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('&', '<', '>', '"', 'lt;', 'amp;', 'я') }), (value) => {
        expect(escapeHtml(value)).not.toMatch(/[<>"]|&(?!amp;|lt;|gt;|quot;)/)
        expect(read(escapeHtml(value))).toBe(value)
      }),
    )
  })

  test('a cut never exceeds its length and never splits an entity', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('&', '<', 'a', ' ', '👩‍👩‍👧'), maxLength: 60 }),
        fc.integer({ min: 1, max: 80 }),
        (value, maxLength) => {
          const cut = escapeHtmlWithin(value, maxLength)
          expect(cut.length).toBeLessThanOrEqual(maxLength)
          expect(cut).not.toMatch(/&(?!amp;|lt;|gt;|quot;)/)
          if (escapeHtml(value).length <= maxLength) expect(cut).toBe(escapeHtml(value))
        },
      ),
    )
  })
})

test('the compiler knows ids and arguments; the formatter refuses what got past it', () => {
  // @ts-expect-error no such message
  expect(() => text('ru', 'helpp')).toThrow(TypeError)
  // @ts-expect-error an argument is missing
  expect(() => text('ru', 'topup-choose')).toThrow('the argument coins does not fit')
  // @ts-expect-error a number is needed
  expect(() => text('ru', 'topup-choose', { coins: '5' })).toThrow('the argument coins does not fit')
  // @ts-expect-error no such word
  expect(() => text('ru', 'settings-button-receipts', { state: 'maybe' })).toThrow(
    'the argument state does not fit',
  )
  // @ts-expect-error only some arguments may be null
  expect(() => text('ru', 'transcript-open', { title: null })).toThrow('the argument title does not fit')
  expect(() => text('ru', 'topup-choose', { coins: 1.5 })).toThrow('the argument coins does not fit')
})
