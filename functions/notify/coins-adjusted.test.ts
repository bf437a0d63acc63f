import { expect, test } from 'vitest'
import { MessageRequest } from './notices.ts'
import { renderNotice } from './render-notice.ts'

const USER = '0199aaaa-0000-7000-8000-000000000000'
const noticeOf = (amount: number) => ({
  userId: USER,
  kind: 'coins-adjusted' as const,
  params: { amount, reason: 'good <will>', balance: 62 },
})

test.each([
  ['ru', 12, ['+12 монет', 'good &lt;will&gt;', '62 монеты']],
  ['ru', -12, ['−12 монет', 'good &lt;will&gt;', '62 монеты']],
  ['en', 12, ['+12 coins', 'good &lt;will&gt;', '62 coins']],
  ['en', -1, ['−1 coin', 'good &lt;will&gt;', '62 coins']],
] as const)('coins by hand in %s: %i, with the reason', (language, amount, words) => {
  for (const word of words) expect(renderNotice(noticeOf(amount), language)).toContain(word)
})

test.each([
  ['nothing', { amount: 0 }],
  ['a part of a coin', { amount: 0.5 }],
  ['no reason', { reason: '' }],
  ['a balance below zero', { balance: -1 }],
])('no message about %s', (_, params) => {
  const notice = noticeOf(1)
  expect(MessageRequest.safeParse(notice).success).toBe(true)
  const wrong = { ...notice, params: { ...notice.params, ...params } }
  expect(MessageRequest.safeParse(wrong).success).toBe(false)
})
