import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '#shared/errors.ts'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { errorOf } from '../../test/support/error-of.ts'
import { openDatabase } from './client.ts'
import { constraintOf, isLockTimeout, isRetryable, sqlStateOf, toPublicError } from './sqlstate.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const withCode = (code: string): Error => Object.assign(new Error('forced'), { code })

describe('toPublicError', () => {
  test.each([
    '40001',
    '40P01',
    '53300',
    '57014',
    '57P01',
    '55P03',
    '25006',
    '25P03',
    'ECONNREFUSED',
    'CONNECTION_CLOSED',
  ])('%s is 503 with a time to come back, and keeps its cause', (code) => {
    const error = withCode(code)
    expect(toPublicError(error)).toMatchObject({
      code: 'unavailable',
      status: 503,
      retryAfterSeconds: 5,
      cause: error,
    })
  })

  test.each(['23505', '42P01', 'ENOENT'])('%s is a bug of ours and stays as it is', (code) => {
    const error = withCode(code)
    expect(toPublicError(error)).toBe(error)
  })

  test('what a pooler says while it closes the connection is 503; the same code from the server is a bug', () => {
    const said = (severity: string) =>
      // the type has no constructor: the driver makes it of the fields that came
      Object.assign(Object.create(postgres.PostgresError.prototype) as Error, { code: '08P01', severity })
    expect(toPublicError(said('FATAL'))).toMatchObject({ code: 'unavailable', status: 503 })
    const bug = said('ERROR')
    expect(toPublicError(bug)).toBe(bug)
  })

  test('an AppError, and what is no error at all, stay as they are', () => {
    const error = new AppError('conflict')
    expect(toPublicError(error)).toBe(error)
    expect(toPublicError('thrown text')).toBe('thrown text')
  })

  test('a real database that is not there, and one that is shutting sessions down', async () => {
    const nowhere = openDatabase({ url: 'postgres://app:x@127.0.0.1:1/none', applicationName: 'test' })
    expect(toPublicError(await errorOf(nowhere`select 1`))).toMatchObject({ code: 'unavailable' })
    await nowhere.end()

    const { appSql, ownerSql } = database
    const killed = errorOf(appSql`select pg_terminate_backend(pg_backend_pid())`)
    expect(toPublicError(await killed)).toMatchObject({ code: 'unavailable' })
    expect(await ownerSql`select 1 as alive`).toHaveLength(1)
    expect(await appSql`select 1 as alive`).toHaveLength(1)
  })
})

test('names of constraints and states come from the server; nothing else has them', async () => {
  const error = await errorOf(
    database.ownerSql`insert into leases (name, holder, expires_at) values ('', 'me', now())`,
  )
  expect(sqlStateOf(error)).toBe('23514')
  expect(constraintOf(error)).toBe('leases_name_length')
  expect(sqlStateOf(withCode('23514'))).toBeUndefined()
  expect(constraintOf(new Error('x'))).toBeUndefined()
})

test('what is worth another try', () => {
  expect(isRetryable(withCode('40P01'))).toBe(true)
  expect(isRetryable(withCode('55P03'))).toBe(false)
  expect(isRetryable(undefined)).toBe(false)
  expect(isLockTimeout(withCode('55P03'))).toBe(true)
  expect(isLockTimeout(withCode('40P01'))).toBe(false)
})
