import { afterAll, beforeAll, expect, test } from 'vitest'
import { SEAL_PURPOSE, verifyAudit } from '#shared/db/audit-seals.ts'
import { type MoneyHouse, openMoneyHouse } from '../../test/support/money-house.ts'
import { handler } from './handler.ts'

let money: MoneyHouse
beforeAll(async () => {
  money = await openMoneyHouse([handler])
})
afterAll(() => money.close())

test('each run seals what the audit log has gained since the one before', async () => {
  const { house } = money
  const { sign } = house.resourcesOf('reconcile')
  const look = () => verifyAudit(house.ownerSql, (text) => sign(SEAL_PURPOSE, text))
  await house.ownerSql`insert into audit_log (actor, action) values ('test', 'one'), ('test', 'two')`
  expect((await house.call('reconcile', 'POST', '/', { key: null })).status).toBe(200)
  expect(await look()).toMatchObject({ seals: 1, sealed: 2, unsealed: 0, problems: [] })
  await house.ownerSql`insert into audit_log (actor, action) values ('test', 'three')`
  expect((await house.call('reconcile', 'POST', '/', { key: null })).status).toBe(200)
  expect(await look()).toMatchObject({ seals: 2, sealed: 3, unsealed: 0, problems: [] })
  expect((await house.call('reconcile', 'POST', '/', { key: null })).status).toBe(200)
  expect(await look()).toMatchObject({ seals: 2 })
})
