import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import { labelsOf } from '../../test/support/chat.ts'
import { type OperatorHouse, openOperatorHouse } from '../../test/support/operator-house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as dispatcher } from './handler.ts'
import { standIn } from './stand-in.testing.ts'

const NAMES = ['reconcile', 'backup', 'restore-check'] as const
const parts = NAMES.map((name) => standIn(name, { 'POST /': () => ({}) }))

let desk: OperatorHouse
beforeAll(async () => {
  desk = await openOperatorHouse([dispatcher, register, profile, ...parts.map(({ fn }) => fn)])
})
afterAll(() => desk?.house.close())
beforeEach(() => {
  for (const { calls } of parts) calls.length = 0
})

const openStatus = async (language: 'ru' | 'en') => {
  const operator = await desk.operator(language)
  const { chat } = operator
  const status = await chat.press(await chat.say('/admin'), text(language, 'admin-button-status'))
  return { ...operator, status }
}

describe.each(['ru', 'en'] as const)('backups, books, queues in %s', (language) => {
  test('nothing yet: says so', async () => {
    const { status } = await openStatus(language)
    for (const id of [
      'admin-status-backup-none',
      'admin-status-check-none',
      'admin-status-reconcile-none',
    ] as const)
      expect(status.text).toContain(text(language, id))
  })

  test.each([
    ['reconcile', 'reconcile', 'run-reconcile'],
    ['backup', 'backup', 'run-backup'],
    ['restore-check', 'check', 'run-check'],
  ] as const)('starts %s, and notes who asked', async (name, what, button) => {
    const { status, telegramId } = await openStatus(language)
    const label = text(language, `admin-button-${button}`)
    expect(await desk.popUpOf(telegramId, status, label)).toBe(text(language, 'admin-run-asked', { what }))
    await desk.house.settled()
    expect(parts[NAMES.indexOf(name)]?.calls).toHaveLength(1)
    expect((await desk.auditOf(name)).at(-1)).toEqual({
      actor: `operator:${telegramId}`,
      action: 'run-asked',
      details: {},
    })
  })
})

describe('what the database tells', () => {
  beforeAll(async () => {
    const sql = desk.house.ownerSql
    const report = (ok: boolean) => JSON.stringify({ ok })
    await sql`
      insert into audit_log (created_at, actor, action, subject, details) values
        (now() - interval '50 minutes', 'backup', 'backup-made', 'backup:1', '{}'),
        (now() - interval '30 hours', 'restore-check', 'backup-checked', 'backup:0', ${sql.json({ report: report(false) })})`
    await sql`
      insert into reconcile_runs (kind, actor, started_at, finished_at, report)
      values ('books', 'cron', now(), now(), ${sql.json({
        payments: { checked: 9, credited: 1, reversed: 2, unmatched: 3 },
        ledger: { users: 7, drift: 4 },
      })})`
  })

  test.each([
    [
      'ru',
      [
        '50 мин.',
        '30 ч.',
        'КОПИЯ НЕ ГОДИТСЯ',
        'Зачислено: 1, отозвано: 2, без пары: 3, счетов с расхождением: 4',
      ],
    ],
    [
      'en',
      [
        '50 min ago',
        '30 h ago',
        'IT IS NOT GOOD',
        'Credited: 1, reversed: 2, unmatched: 3, wallets with a drift: 4',
      ],
    ],
  ] as const)('in %s', async (language, words) => {
    const { chat, status } = await openStatus(language)
    for (const word of words) expect(status.text).toContain(word)
    // looked at again, it is the same message
    await desk.house.ownerSql`
      insert into audit_log (actor, action, subject, details)
      values ('restore-check', 'backup-checked', 'backup:1', ${desk.house.ownerSql.json({ report: '{"ok":true}' })})`
    const again = await chat.press(status, text(language, 'admin-button-status'))
    expect(again.message_id).toBe(status.message_id)
    expect(again.text).toContain(language === 'ru' ? 'копия годится' : 'it is good')
    await desk.house.ownerSql`delete from audit_log where action = 'backup-checked' and subject = 'backup:1'`
    expect(labelsOf(again)).toContain(text(language, 'admin-button-menu'))
  })
})

test.each(['ru', 'en'] as const)(
  'where the bot lacks the scope it says so, and starts nothing, in %s',
  async (language) => {
    const self = desk.house.resourcesOf('dispatcher').config.clients.find('dispatcher')
    const scopes = self?.scopes as Set<string>
    const { status, telegramId } = await openStatus(language)
    scopes.delete('backup:write')
    const popUp = await desk.popUpOf(telegramId, status, text(language, 'admin-button-run-backup'))
    await desk.house.settled()
    scopes.add('backup:write')
    expect(popUp).toBe(text(language, 'admin-run-forbidden'))
    expect(parts[1]?.calls).toEqual([])
  },
)
