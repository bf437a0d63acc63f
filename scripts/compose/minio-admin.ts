import { createCipheriv, pbkdf2Sync, randomBytes } from 'node:crypto'
import { Client, S3Error } from 'minio'

/** What a MinIO user may do, as a policy document of S3. */
export type Policy = { Version: '2012-10-17'; Statement: readonly object[] }

export type MinioAdmin = {
  /** Makes a policy, or replaces the one of that name. */
  putPolicy: (name: string, policy: Policy) => Promise<void>
  /** Makes a user, or gives the one that is there this secret key. */
  putUser: (user: { accessKey: string; secretKey: string }) => Promise<void>
  /** From now on the user has these policies and no others. */
  setPolicies: (accessKey: string, names: readonly string[]) => Promise<void>
}

const SALT_BYTES = 32
const NONCE_BYTES = 8
const TAG_BYTES = 16
/** PBKDF2 with SHA-256, then AES-256-GCM: of the three ways that MinIO reads, the one that Node has on every machine. */
const PBKDF2_AES_GCM = 2
const PBKDF2_ROUNDS = 8_192
/** One fragment; a body here has some hundred bytes. */
const MAX_BYTES = 16 * 1024

const seal = (key: Buffer, nonce: Buffer, plain: Buffer, associated: Buffer): Buffer => {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(associated)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/**
 * Bodies that carry secrets are encrypted with the caller's own secret key (madmin-go, encrypt.go; sio-go, writer.go): salt, kind, nonce,
 * then fragments, each bound to the stream by the tag of an empty first one, and the last one marked as such.
 */
const encryptBody = (password: string, plain: Buffer): Buffer => {
  if (plain.length > MAX_BYTES) throw new RangeError(`A body has at most ${MAX_BYTES} bytes.`)
  const [salt, nonce] = [randomBytes(SALT_BYTES), randomBytes(NONCE_BYTES)]
  const key = pbkdf2Sync(password, salt, PBKDF2_ROUNDS, 32, 'sha256')
  const nonceOf = (fragment: number): Buffer => {
    const number = Buffer.alloc(4)
    number.writeUInt32LE(fragment)
    return Buffer.concat([nonce, number])
  }
  const stream = seal(key, nonceOf(0), Buffer.alloc(0), Buffer.alloc(0))
  const last = Buffer.concat([Buffer.from([0x80]), stream])
  return Buffer.concat([salt, Buffer.from([PBKDF2_AES_GCM]), nonce, seal(key, nonceOf(1), plain, last)])
}

export type AdminOptions = { endpoint: string; region: string; rootUser: string; rootPassword: string }

/** An answer that stays the same however often one asks. */
export class MinioRefusal extends Error {
  override name = 'MinioRefusal' as const
}

/**
 * MinIO's own interface for users and policies, which S3 has none for. Each method rejects with a MinioRefusal, or with another Error where
 * the server is away or not ready.
 */
export const openMinioAdmin = ({ endpoint, region, rootUser, rootPassword }: AdminOptions): MinioAdmin => {
  const { hostname, port, protocol } = new URL(endpoint)
  const useSSL = protocol === 'https:'
  const client = new Client({
    endPoint: hostname,
    port: Number(port) || (useSSL ? 443 : 80),
    useSSL,
    region,
    accessKey: rootUser,
    secretKey: rootPassword,
    pathStyle: true,
    // it would print each
    retryOptions: { disableRetry: true },
  })
  const put = async (call: string, query: Record<string, string>, body: Buffer | string): Promise<void> => {
    // to a signature its paths are those of any bucket
    const target = { method: 'PUT', bucketName: 'minio', objectName: `admin/v3/${call}` } as const
    const text = new URLSearchParams(query).toString()
    try {
      await client.makeRequestAsyncOmit({ ...target, query: text }, body, [200])
    } catch (cause) {
      if (!(cause instanceof S3Error)) throw cause
      // it answers in JSON here, which minio-js does not read
      const why = 'are minio-root-user and minio-root-password those that it runs with?'
      throw new MinioRefusal(`MinIO refuses ${call}: ${why}`, { cause })
    }
  }
  return {
    putPolicy: (name, policy) => put('add-canned-policy', { name }, JSON.stringify(policy)),
    putUser: ({ accessKey, secretKey }) =>
      put(
        'add-user',
        { accessKey },
        encryptBody(rootPassword, Buffer.from(JSON.stringify({ secretKey, status: 'enabled' }))),
      ),
    setPolicies: (accessKey, names) =>
      put(
        'set-user-or-group-policy',
        { policyName: names.join(','), userOrGroup: accessKey, isGroup: 'false' },
        '',
      ),
  }
}
