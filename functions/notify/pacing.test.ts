import { afterAll, beforeAll, expect, test } from 'vitest'
import { enqueueNotice, PRIORITY } from '#shared/db/jobs.ts'
import { messagesOf } from '../../local/telegram/messages.ts'
import { addPerson, savePerson } from '../../local/telegram/people.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler } from './handler.ts'

let house: House

beforeAll(async () => {
  // with the pacing that Telegram's limits ask for: bursts of 4, then 1 message a second in a chat
  house = await openHouse({ functions: [handler], rateLimits: true })
})
afterAll(() => house.close())

test('a chat whose turns are taken for the next seconds: they are waited for, and the schedule has nothing left to do', async () => {
  const person = await house.person()
  const { state } = house.sim
  savePerson(state, {
    ...addPerson(state, { id: person.telegramId, firstName: 'Ann' }),
    started: true,
  })
  // what the conversation has just said to this chat: its next turns are seconds away
  const { pacer } = house.resourcesOf('notify')
  for (let turn = 0; turn < 6; turn += 1) {
    await pacer.reserve(person.telegramId, { maxWaitMs: 10_000 })
  }
  const texts = ['1', '2']
  for (const text of texts) {
    const notice = { userId: person.id, kind: 'text', params: { text } } as const
    await enqueueNotice(house.appSql, notice, { priority: PRIORITY.reply })
  }
  await house.call('notify', 'POST', '/', { as: 'cron', key: null })
  await house.settled()
  expect(messagesOf(state, person.telegramId).map(({ message }) => message.text)).toEqual(texts)
})
