import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatDate, formatDay } from '#shared/domain/texts/format-date.ts'
import { text } from '#shared/domain/texts/texts.ts'
import type { Conversation } from '../../local/demo/conversation.ts'
import { answersOf, connectWebhook, labelsOf, meet, plainText } from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as dispatcher } from './handler.ts'

const CONTACT = 'support@example.com'
const BONUS = 50
const DAYS = 7
const ZONE = { ru: 'Europe/Moscow', en: 'UTC' } as const

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [dispatcher, register, profile] })
  await connectWebhook(house)
})
afterAll(() => house?.close())

const version = (): string => house.resourcesOf('dispatcher').tariff.terms.version

const userIdOf = async ({ personId }: Conversation): Promise<string> => {
  const [row] = await house.ownerSql<{ id: string }[]>`select id from users where telegram_id = ${personId}`
  return row?.id ?? ''
}

const consentOf = async (person: Conversation) =>
  (await house.call('profile', 'GET', `/?userId=${await userIdOf(person)}`)).body.consent

const isDone = (language: 'ru' | 'en') => (message: { text?: string }) =>
  message.text === plainText(text(language, 'export-done', { parts: 1 }))

const withStart = async (language: 'ru' | 'en'): Promise<Conversation> => {
  const person = await meet(house, language)
  await person.say('/start')
  return person
}

describe.each(['ru', 'en'] as const)('in %s', (language) => {
  const say = (id: Parameters<typeof text>[1], values?: Record<string, unknown>): string =>
    plainText((text as (...all: unknown[]) => string)(language, id, ...(values ? [values] : [])))

  describe('terms', () => {
    it('/start names them once, and going on is a consent with version and time', async () => {
      const person = await meet(house, language)
      const greeting = await person.say('/start')
      expect(greeting.text).toContain(say('terms-on-start', { version: version() }))
      // shown is not agreed to
      expect(await consentOf(person)).toBeNull()
      await person.say('/help')
      expect(await consentOf(person)).toEqual({ version: version(), at: expect.any(String) })
      const again = await person.say('/start')
      expect(again.text).not.toContain(version())
      const entries = await house.ownerSql`
        select actor, details from audit_log where action = 'terms-accepted' and subject = ${`user:${await userIdOf(person)}`}`
      expect(entries).toEqual([{ actor: 'dispatcher', details: { version: version() } }])
    })

    it('who begins with other words agrees once the terms were read', async () => {
      const person = await meet(house, language)
      await person.say('/help')
      await person.say('/help')
      expect(await consentOf(person)).toBeNull()
      const shown = await person.say('/terms')
      expect(shown.text).toContain(say('terms-version', { version: version(), date: null }))
      await person.say('/help')
      expect((await consentOf(person))?.version).toBe(version())
    })

    it('a new version is told once, after the answer, and holds nothing up', async () => {
      const person = await withStart(language)
      await person.say('/help')
      const { tariff } = house.resourcesOf('dispatcher')
      const { terms } = tariff
      tariff.terms = { version: `${language}-next` }
      try {
        // another process, which does not know that they agreed to the former version
        await house.ownerSql`update consents set terms_version = ${`${language}-former`} where user_id = ${await userIdOf(person)}`
        await person.say(
          '/help',
          ({ text: words }) => words === say('terms-changed', { version: `${language}-next` }),
        )
        await person.say('/help')
        const told = (await answersOf(house, person.personId)).filter(
          ({ text: words }) => words === say('terms-changed', { version: `${language}-next` }),
        )
        expect(told).toHaveLength(1)
        expect((await consentOf(person))?.version).toBe(`${language}-next`)
      } finally {
        tariff.terms = terms
      }
    })

    it('/terms shows the version, and when it was agreed to', async () => {
      const person = await meet(house, language)
      await person.say('/start')
      const shown = await person.say('/terms')
      const { at } = await consentOf(person)
      const date = formatDay(new Date(at), language, ZONE[language])
      expect(shown.text).toContain(say('terms-version', { version: version(), date }))
    })
  })

  it('/privacy tells what is kept, with the ways to take it away and to delete it', async () => {
    const person = await withStart(language)
    const shown = await person.say('/privacy')
    expect(shown.text).toBe(say('privacy', { contact: CONTACT }))
    expect(labelsOf(shown).slice(0, 2)).toEqual([say('button-export'), say('button-delete')])
  })

  describe.each([
    ['/export', (person: Conversation) => person.say('/export', isDone(language))],
    [
      'the button',
      async (person: Conversation) => {
        const shown = await person.say('/privacy')
        return person.press(shown, say('button-export'), isDone(language))
      },
    ],
  ] as const)('%s', (_way, begin) => {
    it('shows in one message how far it is, and delivers the archive', async () => {
      const person = await withStart(language)
      await begin(person)
      const answers = (await answersOf(house, person.personId)) as { caption?: string; text?: string }[]
      expect(answers.filter(({ caption }) => caption === say('export-part', { part: 1 }))).toHaveLength(1)
      expect(answers.filter(({ text: words }) => words === say('export-done', { parts: 1 }))).toHaveLength(1)
      expect(answers.filter(({ text: words }) => words === say('export-progress', { percent: 0 }))).toEqual(
        [],
      )
    })
  })

  it('an export that is under way is not begun again', async () => {
    const person = await withStart(language)
    await house.ownerSql`
      insert into exports (user_id, state, progress, attempts, lease_holder, lease_until, actor)
      values (${await userIdOf(person)}, 'building', 40, 1, uuidv7(), now() + interval '1 minute', 'test')`
    const answer = await person.say('/export')
    expect(answer.text).toBe(say('export-running', { percent: 40 }))
  })

  describe('deletion', () => {
    it('/delete says what goes, what stays and what is lost, and does nothing yet', async () => {
      const person = await withStart(language)
      const asked = await person.say('/delete')
      expect(asked.text).toBe(say('deletion-explain', { coins: BONUS, debt: 0, days: DAYS }))
      expect(labelsOf(asked)).toEqual([say('button-deletion-confirm'), say('button-deletion-keep')])
      const kept = await person.press(asked, say('button-deletion-keep'))
      expect(kept.text).toBe(say('privacy', { contact: CONTACT }))
      const { body } = await house.call('profile', 'GET', `/?userId=${await userIdOf(person)}`)
      expect(body.deletion).toBeNull()
    })

    it('is confirmed, shown again, and undone by the button', async () => {
      const person = await withStart(language)
      const shown = await person.say('/privacy')
      const asked = await person.press(shown, say('button-delete'))
      const scheduled = await person.press(asked, say('button-deletion-confirm'))
      const { body } = await house.call('profile', 'GET', `/?userId=${await userIdOf(person)}`)
      const date = formatDate(new Date(body.deletion.eraseAt), language, ZONE[language])
      expect(scheduled.text).toBe(say('deletion-scheduled', { date }))
      const pending = await person.say('/delete')
      expect(pending.text).toBe(say('deletion-pending', { date }))
      const undone = await person.press(pending, say('button-deletion-undo'))
      expect(undone.text).toBe(say('deletion-undone'))
      // the older button is still there
      const none = await person.press(scheduled, say('button-deletion-undo'))
      expect(none.text).toBe(say('deletion-none'))
      // one screen in the place of the other: nothing has piled up
      expect((await answersOf(house, person.personId)).length).toBe(3)
    })

    it('after it whoever writes is somebody new, without a bonus', async () => {
      const person = await withStart(language)
      const before = await userIdOf(person)
      const asked = await person.say('/delete')
      await person.press(asked, say('button-deletion-confirm'))
      await house.ownerSql`
        update deletion_requests set erase_at = now(), created_at = now() - interval '7 days' where user_id = ${before}`
      await person.awaitMessage(
        () => house.call('profile', 'POST', '/', { as: 'cron', key: null }),
        ({ text: words }) => words === say('deletion-done', { coins: BONUS }),
      )
      await person.say('/balance')
      const after = await userIdOf(person)
      expect(after).not.toBe(before)
      expect((await house.call('profile', 'GET', `/?userId=${after}`)).body.balance.coins).toBe(0)
    })
  })
})
