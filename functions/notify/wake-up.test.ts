import { afterAll, beforeAll, expect, test } from 'vitest'
import { enqueueNotice, PRIORITY } from '#shared/db/jobs.ts'
import { messagesOf } from '../../local/telegram/messages.ts'
import { addPerson, savePerson } from '../../local/telegram/people.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler } from './handler.ts'

let house: House

beforeAll(async () => {
  // the worst day: OpenFaaS's cron connector, and no Redis (a port on which nobody listens)
  house = await openHouse({
    functions: [handler],
    config: { allowCronWakeup: true, redisUrl: 'redis://127.0.0.1:1' },
  })
})
afterAll(() => house.close())

const queueFor = async (text: string) => {
  const person = await house.person()
  const { state } = house.sim
  savePerson(state, {
    ...addPerson(state, { id: person.telegramId, firstName: 'A' }),
    started: true,
  })
  await enqueueNotice(
    house.appSql,
    { userId: person.id, kind: 'text', params: { text } },
    { priority: PRIORITY.reply },
  )
  return () => messagesOf(state, person.telegramId).map(({ message }) => message.text)
}

const wakeUp = () =>
  house.call('notify', 'POST', '/', {
    as: null,
    key: null,
    headers: { 'x-connector': 'cron-connector' },
  })

test('the cron connector starts what is due without a token, once in the interval, and is told nothing', async () => {
  const sent = await queueFor('by cron')
  const first = await wakeUp()
  expect([first.status, first.bytes.length]).toEqual([202, 0])
  expect(sent()).toEqual(['by cron'])

  const sentSoonAfter = await queueFor('too soon')
  expect((await wakeUp()).status).toBe(202)
  expect(sentSoonAfter()).toEqual([])
  // a call with a token is not held back
  const reply = await house.call('notify', 'POST', '/', { as: 'cron', key: null })
  expect(reply.body).toEqual({ sent: 1, failed: 0, left: 0 })
  expect(sentSoonAfter()).toEqual(['too soon'])
})
