import { describe, expect, test } from 'vitest'
import { messageRequest, parseMessageRequest, renderMessage } from './message-request.ts'

const values = { coins: 9 }

test('a queued message survives JSON and is said in the language of the moment', () => {
  const queued = JSON.parse(JSON.stringify(messageRequest('low-balance', values)))
  const request = parseMessageRequest(queued.id, queued.values)
  expect(renderMessage('ru', request)).toContain('Монеты заканчиваются: на счёте <b>9 монет</b>')
  expect(renderMessage('en', request)).toContain('Your coins are running low: <b>9 coins</b> left')
})

test('null and chosen words pass', () => {
  const receipt = { details: 'x', coins: 1, balance: 2, priceVersion: null }
  expect(parseMessageRequest('charge-receipt', receipt)).toEqual({ id: 'charge-receipt', values: receipt })
  const line = {
    number: 1,
    type: 'bonus',
    amount: 50,
    details: '',
    date: 'now',
    balance: 50,
    priceVersion: null,
  }
  expect(parseMessageRequest('history-line', line).values).toEqual(line)
})

describe('refuses with invalid_input', () => {
  test.each([
    ['nothing', values, 'kind'],
    ['constructor', {}, 'kind'],
    ['button-help', {}, 'kind'],
    ['low-balance', {}, 'params.coins'],
    ['low-balance', { coins: '9' }, 'params.coins'],
    ['low-balance', { coins: 1.5 }, 'params.coins'],
    ['low-balance', { coins: 9, more: 1 }, 'params'],
    ['low-balance', null, 'params'],
    [
      'history-line',
      { number: 1, type: 'gift', amount: 1, details: '', date: '', balance: 1, priceVersion: '1' },
      'params.type',
    ],
    ['transcript-show', { title: 't', characters: 1, date: '', text: 'x'.repeat(100_001) }, 'params.text'],
  ])('%s %j', (id, given, path) => {
    expect(() => parseMessageRequest(id, given)).toThrow(
      expect.objectContaining({ code: 'invalid_input', errors: [expect.objectContaining({ path })] }),
    )
  })
})
