/**
 * The S3 server of the local stack, as a process of its own: `node s3rver-process.ts <config file>`, the file being JSON
 * `{port, directory, accessKey, secretKey}`. Says `{type: 'listening', port}` over IPC and ends with that channel.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { z } from 'zod'

const Config = z.object({
  port: z.number(),
  directory: z.string(),
  accessKey: z.string(),
  secretKey: z.string(),
})

type Context = {
  method: string
  headers: Record<string, unknown>
  query: Record<string, unknown>
  status: number
  type: string
  body: unknown
}
type Middleware = (context: Context, next: () => Promise<unknown>) => Promise<unknown>
type S3Server = {
  middleware: Middleware[]
  run: () => Promise<{ port: number }>
  close: () => Promise<void>
}
type S3Constructor = new (options: Record<string, unknown>) => S3Server
type Account = { createKeyPair: (id: string, key: string) => void; revokeAccessKey: (id: string) => void }

// CommonJS without types; the account is the one that the signature checks look keys up in (lib/models/account.js)
const require = createRequire(import.meta.url)
const S3rver: S3Constructor = require('@20minutes/s3rver')
const { DUMMY_ACCOUNT }: { DUMMY_ACCOUNT: Account } = require('@20minutes/s3rver/lib/models/account.js')

const config = Config.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')))
DUMMY_ACCOUNT.createKeyPair(config.accessKey, config.secretKey)
DUMMY_ACCOUNT.revokeAccessKey('S3RVER')

const server = new S3rver({
  address: '127.0.0.1',
  port: config.port,
  silent: true,
  directory: config.directory,
  vhostBuckets: false,
})

const isSigned = ({ headers, query }: Context): boolean =>
  'authorization' in headers || 'X-Amz-Signature' in query || 'Signature' in query

// s3rver checks signatures but lets unsigned requests in: our buckets are private, as on a real server
server.middleware.unshift(async (context, next) => {
  if (context.method === 'OPTIONS' || isSigned(context)) return next()
  context.status = 403
  context.type = 'application/xml'
  context.body =
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
})

const stop = (): void => {
  const timer = setTimeout(() => process.exit(0), 1_000)
  timer.unref()
  void server.close().then(
    () => process.exit(0),
    () => process.exit(0),
  )
}
process.on('SIGTERM', stop)
process.on('disconnect', stop)

const { port } = await server.run()
process.send?.({ type: 'listening', port })
