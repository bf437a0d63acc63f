import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { processEnv } from '#shared/platform/env.ts'
import { createObjectStore, type ObjectStore } from '#shared/storage/object-store.ts'
import { startChild } from '../../local/services/children.ts'
import { findFreePort } from '../../local/services/free-port.ts'
import { makeStoreUsers } from '../../scripts/store-users.ts'
import { readCompose } from '../compose/compose.ts'
import { findStorageProgram } from '../support/storage-programs.ts'
import { openStore } from './support/open-store.ts'

const REGION = 'us-east-1'
const BUCKETS = {
  S3_BUCKET_AVATARS: 'kopeika-avatars',
  S3_BUCKET_TRANSCRIPTS: 'kopeika-transcripts',
  S3_BUCKET_BACKUPS: 'kopeika-backups',
  S3_BUCKET_COPIES: 'kopeika-copies',
}
const SECRETS = {
  'minio-root-user': 'rootofthestore',
  'minio-root-password': randomBytes(16).toString('hex'),
  'minio-kms-key': `kopeika:${randomBytes(32).toString('base64')}`,
  's3-access-key': 'functionsuser',
  's3-secret-key': randomBytes(16).toString('hex'),
  'backup-s3-access-key': 'backupsuser',
  'backup-s3-secret-key': randomBytes(16).toString('hex'),
}
type SecretName = keyof typeof SECRETS

let home = ''
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'kopeika-store-users-'))
  writeSecrets(SECRETS)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const writeSecrets = (secrets: Partial<Record<SecretName, string>>): void => {
  for (const [name, text] of Object.entries(secrets)) writeFileSync(join(home, name), `${text}\n`)
}

/** MinIO with the environment that compose gives it, but that its secrets lie here. */
const startComposedMinio = async (program: string) => {
  const data = join(home, 'data')
  mkdirSync(data)
  const port = await findFreePort()
  const environment = Object.entries(readCompose().services.minio?.environment ?? {})
  const child = await startChild({
    name: 'minio',
    command: program,
    args: ['server', '--quiet', '--address', `127.0.0.1:${port}`, data],
    cwd: home,
    env: {
      HOME: home,
      ...Object.fromEntries(environment.map(([name, text]) => [name, text.replace('/run/secrets', home)])),
    },
    logFile: join(home, 'minio.log'),
  })
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => child.stop(5_000) }
}

const setUp = (endpoint: string, patienceMs = 30_000): Promise<string[]> => {
  const said: string[] = []
  const env = { MINIO_ENDPOINT: endpoint, SECRETS_DIR: home, S3_REGION: REGION, ...BUCKETS }
  return makeStoreUsers(env, (line) => said.push(line), patienceMs).then(() => said)
}

// where another server is tested there is nothing to ask: this interface is MinIO's own
const program = openStore().kind === 'minio' ? findStorageProgram('minio', processEnv()) : undefined

if (program !== undefined)
  describe('users of the store', () => {
    let endpoint = ''
    let stop = async (): Promise<void> => undefined
    const stores: ObjectStore[] = []
    beforeAll(async () => {
      ;({ endpoint, stop } = await startComposedMinio(program))
      expect(await setUp(endpoint)).toEqual([
        'functionsuser: kopeika-functions',
        'backupsuser: kopeika-backups',
      ])
    })
    afterAll(async () => {
      for (const store of stores) store.close()
      await stop()
    })

    const storeOf = (accessKey: string, secretKey: string): ObjectStore => {
      const options = { endpoint, publicEndpoint: endpoint, region: REGION, timeoutMs: 5_000 }
      const store = createObjectStore({ ...options, accessKey, secretKey })
      stores.push(store)
      return store
    }
    const functions = () => storeOf('functionsuser', SECRETS['s3-secret-key'])
    const backups = () => storeOf('backupsuser', SECRETS['backup-s3-secret-key'])
    const text = Buffer.from('kept')

    test('the functions set up their buckets and use them, encrypted by the key of the secret', async () => {
      const store = functions()
      await store.check()
      await store.ensureBucket('kopeika-avatars')
      const outcomes = await store.setUpBucket('kopeika-avatars', { versioning: 'off', sweep: false })
      expect(outcomes.map(({ feature, state }) => `${feature} ${state}`)).toEqual([
        'private on',
        'encryption changed',
        'versioning on',
      ])
      await store.put('kopeika-avatars', 'a/b', text, { contentType: 'text/plain' })
      expect(await store.get('kopeika-avatars', 'a/b', { maxBytes: 10 })).toEqual(text)
      expect((await store.stat('kopeika-avatars', 'a/b')).encryption).toBe('AES256')
      await store.remove('kopeika-avatars', ['a/b'])
    })

    test('neither of the two gets at what the other has', async () => {
      await backups().ensureBucket('kopeika-backups')
      await backups().put('kopeika-backups', 'a', text, { contentType: 'text/plain' })
      const denied = { code: 'unavailable', cause: { code: 'AccessDenied' } }
      await expect(functions().get('kopeika-backups', 'a', { maxBytes: 10 })).rejects.toMatchObject(denied)
      await expect(functions().remove('kopeika-backups', ['a'])).rejects.toThrow()
      await expect(
        backups().put('kopeika-avatars', 'a', text, { contentType: 'text/plain' }),
      ).rejects.toMatchObject(denied)
      await expect(functions().ensureBucket('another')).rejects.toMatchObject(denied)
    })

    test('the keys that MinIO starts with by itself open nothing', async () => {
      await expect(storeOf('minioadmin', 'minioadmin').check()).rejects.toMatchObject({
        cause: { code: 'InvalidAccessKeyId' },
      })
    })

    test('a renewed key holds from the next start on, and one user for both gets the rights of both', async () => {
      const renewed = randomBytes(16).toString('hex')
      writeSecrets({ 's3-secret-key': renewed })
      await setUp(endpoint)
      await expect(functions().check()).rejects.toMatchObject({ cause: { code: 'SignatureDoesNotMatch' } })
      await storeOf('functionsuser', renewed).check()
      writeSecrets({ 'backup-s3-access-key': 'functionsuser', 'backup-s3-secret-key': renewed })
      expect(await setUp(endpoint)).toEqual(['functionsuser: kopeika-functions, kopeika-backups'])
      expect(await storeOf('functionsuser', renewed).get('kopeika-backups', 'a', { maxBytes: 10 })).toEqual(
        text,
      )
      writeSecrets(SECRETS)
      await setUp(endpoint)
    })

    test('says what is wrong: a root that is not its own, a secret that is missing or empty', async () => {
      writeSecrets({ 'minio-root-password': 'not the password of it' })
      await expect(setUp(endpoint)).rejects.toThrow(
        'MinIO refuses add-canned-policy: are minio-root-user and minio-root-password those that it runs with?',
      )
      writeSecrets({ 'minio-root-password': '' })
      await expect(setUp(endpoint)).rejects.toThrow(/minio-root-password is empty/)
      rmSync(join(home, 'minio-root-password'))
      await expect(setUp(endpoint)).rejects.toThrow(/minio-root-password cannot be read/)
      writeSecrets(SECRETS)
    })
  })

test('says that the store does not come up', async () => {
  const nobody = `http://127.0.0.1:${await findFreePort()}`
  await expect(setUp(nobody, 0)).rejects.toThrow(`The store at ${nobody} did not come up.`)
})

test('says which variable is missing', async () => {
  await expect(makeStoreUsers({ SECRETS_DIR: home }, () => undefined)).rejects.toThrow(
    'MINIO_ENDPOINT is not set.',
  )
})
