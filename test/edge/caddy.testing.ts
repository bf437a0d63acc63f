import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, startChild } from '../../local/services/children.ts'
import { findFreePort } from '../../local/services/free-port.ts'
import { readText } from '../compose/compose.ts'
import { mustHave } from './tools.ts'

export type Answer = { status: number; headers: IncomingMessage['headers']; body: string }
export type Call = {
  method?: string
  headers?: Record<string, string | string[]>
  body?: string | Buffer
  /** Without a length. */
  isChunked?: boolean
}

export type RunningCaddy = {
  gatewayPort: number
  grafanaPort: number
  /** By TLS, with the certificate looked at; `path` as it is, dots and all. */
  ask: (path: string, call?: Call, host?: string) => Promise<Answer>
  stop: () => Promise<void>
}

/** The Caddyfile as it is shipped, but for where the functions are and what would touch this machine. */
const caddyfileFor = (folder: string, functionPort: number): string => {
  const blocks = /dynamic a \{\s*name (\S+)[^}]*(?:\{[^}]*\}[^}]*)*?\n\t+\}/g
  const text = readText('deploy/caddy/Caddyfile')
  if ([...text.matchAll(blocks)].length !== 2) throw new Error('The Caddyfile has other upstreams than two.')
  return text
    .replace(blocks, (_block, name) => `to 127.0.0.1:${functionPort}\n\t\theader_up X-Toy-Name ${name}`)
    .replace(
      'admin off',
      `admin off\n\tskip_install_trust\n\tauto_https disable_redirects\n\tstorage file_system ${folder}/storage`,
    )
}

const send = (port: number, path: string, call: Call, tls?: { ca: Buffer; host: string }): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body, isChunked = false } = call
    const length = body === undefined || isChunked ? {} : { 'content-length': Buffer.byteLength(body) }
    const options = {
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { ...length, ...headers },
      agent: false,
    }
    const take = async (response: IncomingMessage): Promise<void> => {
      const text = Buffer.concat(await response.toArray()).toString()
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
    }
    const onAnswer = (response: IncomingMessage): void => void take(response).catch(reject)
    const outgoing = tls
      ? tlsRequest(
          {
            ...options,
            ca: tls.ca,
            servername: tls.host,
            headers: { host: `${tls.host}:${port}`, ...options.headers },
          },
          onAnswer,
        )
      : plainRequest(options, onAnswer)
    outgoing.once('error', reject)
    if (isChunked && body !== undefined) outgoing.write(body)
    outgoing.end(isChunked ? undefined : body)
  })

/** Asks a plain port. */
export const askPlain = (port: number, path: string, call: Call = {}): Promise<Answer> =>
  send(port, path, call)

/** Starts Caddy on free ports of 127.0.0.1, with one toy in the place of all functions. */
export const startCaddy = async (
  functionPort: number,
  minioPort: number,
  wakeUps: (gatewayUrl: string) => Promise<{ port: number }>,
): Promise<RunningCaddy> => {
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-caddy-'))
  const [sitePort, gatewayPort, grafanaPort] = [
    await findFreePort(),
    await findFreePort(),
    await findFreePort(),
  ]
  const { port: wakerPort } = await wakeUps(`http://127.0.0.1:${gatewayPort}`)
  writeFileSync(join(folder, 'Caddyfile'), caddyfileFor(folder, functionPort))
  const child: Child = await startChild({
    name: 'caddy',
    command: mustHave('caddy'),
    args: ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'],
    cwd: folder,
    env: {
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      XDG_DATA_HOME: folder,
      SITE_ADDRESS: `https://localhost:${sitePort}`,
      MEDIA_ADDRESS: `https://media.localhost:${sitePort}`,
      MINIO_UPSTREAM: `127.0.0.1:${minioPort}`,
      WAKER_UPSTREAM: `127.0.0.1:${wakerPort}`,
      GATEWAY_LISTEN: String(gatewayPort),
      GRAFANA_LISTEN: String(grafanaPort),
    },
    logFile: join(folder, 'caddy.log'),
  })
  await child.waitForLog(
    /certificate obtained successfully[^\n]*"media\.localhost"|"media\.localhost"[^\n]*certificate obtained/,
    30_000,
  )
  await child.waitForLog(/certificate obtained successfully[^\n]*"localhost"/, 30_000)
  await child.waitForLog(/serving initial configuration/, 30_000)
  const rootFile = join(folder, 'storage/pki/authorities/local/root.crt')
  if (!existsSync(rootFile)) throw new Error('Caddy has made no certificate of its own.')
  const ca = readFileSync(rootFile)
  return {
    gatewayPort,
    grafanaPort,
    ask: (path, call = {}, host = 'localhost') => send(sitePort, path, call, { ca, host }),
    stop: async () => {
      await child.stop(5_000)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
