import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { SECRETS } from '../../scripts/secrets/table.ts'
import { readCompose, readStack, readText, type Service } from './compose.ts'

const compose = readCompose()
const { functions } = readStack()
const services = Object.entries(compose.services)
const nameOf = ([name]: [string, unknown]): string => name

/** What differs on purpose: where the gateway and the public store are, that secrets lie where compose puts them, and that cron has a token here. */
const OWN = ['GATEWAY_URL', 'S3_PUBLIC_ENDPOINT', 'SECRETS_DIR', 'ALLOW_CRON_WAKEUP']
const shared = (environment: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !OWN.includes(name)))

const cpusOf = (quantity: string): number =>
  quantity.endsWith('m') ? Number(quantity.slice(0, -1)) / 1000 : Number(quantity)

describe.each(Object.entries(functions))('%s', (name, fn) => {
  const service = compose.services[name] as Service

  it('runs as in stack.yml: image, environment, secrets, limits', () => {
    expect(service).toBeDefined()
    expect(service.image).toBe(fn.image)
    expect(service.build).toEqual({
      context: `build/${name}`,
      ...(fn.build_args ? { args: fn.build_args } : {}),
    })
    expect(shared(service.environment)).toEqual(shared(fn.environment))
    expect(service.secrets.toSorted()).toEqual(fn.secrets.toSorted())
    expect(service.mem_limit).toBe(fn.limits.memory.replace(/Mi$/, 'm'))
    expect(service.cpus).toBe(cpusOf(fn.limits.cpu))
  })

  it('calls the others through Caddy, and takes no scheduler at its word', () => {
    expect(service.environment.GATEWAY_URL).toBe('http://caddy:8000')
    expect(service.environment.SECRETS_DIR).toBe('/run/secrets')
    expect(service.environment.ALLOW_CRON_WAKEUP).toBeUndefined()
  })

  it('starts after the migrations, and has longer to stop than of-watchdog takes', () => {
    expect(service.depends_on.migrate?.condition).toBe('service_completed_successfully')
    const seconds = (text: string | undefined): number => Number.parseInt(text ?? '', 10)
    const { healthcheck_interval: accepting, write_timeout: draining } = service.environment
    expect(seconds(service.stop_grace_period as string)).toBeGreaterThan(
      seconds(accepting) + seconds(draining),
    )
  })
})

it('has nothing published but the ports of Caddy, Grafana by the loopback alone', () => {
  expect(services.filter(([, { ports }]) => ports.length > 0).map(nameOf)).toEqual(['caddy'])
  expect(compose.services.caddy?.ports.toSorted()).toEqual([
    '127.0.0.1:3000:3000',
    '443:443',
    '443:443/udp',
    '80:80',
  ])
})

it.each(services)('%s is held small and without rights', (name, service) => {
  expect(service.read_only).toBe(true)
  expect(service.cap_drop).toEqual(['ALL'])
  expect(service.security_opt).toEqual(['no-new-privileges:true'])
  const mayAdd: Record<string, string[]> = { caddy: ['NET_BIND_SERVICE'], owners: ['CHOWN'] }
  expect(service.cap_add).toEqual(mayAdd[name] ?? [])
  if (!(name in mayAdd)) expect(service.user).toBe('10001:10001')
  expect(service.mem_limit).toMatch(/^\d+[mg]$/)
  expect(service.cpus).toBeGreaterThan(0)
  expect(service.pids_limit).toBeGreaterThan(0)
})

it('starts everything again but what runs once, and asks everything that can be asked how it is', () => {
  const once = services.filter(([, { restart }]) => restart === 'no').map(nameOf)
  expect(once.toSorted()).toEqual(['admin', 'migrate', 'owners', 'restore', 'store-users'])
  expect(services.filter(([, { restart }]) => restart !== 'no')).toEqual(
    services.filter(([, { restart }]) => restart === 'unless-stopped'),
  )
  const unasked = services.filter(([, { healthcheck }]) => !healthcheck).map(nameOf)
  // MinIO's image holds nothing to ask with: an alert watches it
  expect(unasked.toSorted()).toEqual(['admin', 'migrate', 'minio', 'owners', 'restore', 'store-users'])
})

it.each([
  [200, 0],
  [429, 0],
  [503, 1],
  [undefined, 1],
])('takes a function that answers /_/ready with %s for healthy or not: %s', async (status, code) => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(status ?? 200).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  // nobody listens on a port that was just given back
  if (status === undefined) server.close()
  const [, shell = '', ...rest] = z.array(z.string()).parse(compose.services.register?.healthcheck?.test)
  const child = spawn(
    shell,
    rest.map((text) => text.replaceAll('$$', '$').replace('/8080', `/${port}`)),
    { stdio: 'ignore' },
  )
  expect(await once(child, 'close')).toEqual([code, null])
  expect(asked).toEqual(status === undefined ? [] : ['GET /_/ready'])
  server.close()
})

it('names an exact version of every image', () => {
  for (const [name, { image }] of services) {
    const tag = image.replace(/\$\{[^}]*:-([^}]*)\}/g, '$1').split(':')[1]
    expect(`${name} ${tag}`).toMatch(/ v?\d[\w.-]*$|minio [0-9a-f]{12}$/)
  }
})

it('knows every secret of the table of npm run secrets, and no other; each is read', () => {
  const named = Object.entries(compose.secrets)
  expect(named.map(nameOf).toSorted()).toEqual(SECRETS.map(({ name }) => name).toSorted())
  for (const [name, { file }] of named) expect(file).toBe(`.secrets/${name}`)
  const read = new Set(services.flatMap(([, { secrets }]) => secrets))
  expect([...read].toSorted()).toEqual(named.map(nameOf).toSorted())
})

it('keeps the stores where nobody can go out or come in from outside', () => {
  expect(compose.networks.data?.internal).toBe(true)
  for (const name of ['postgres', 'pgbouncer', 'redis', 'minio'])
    expect(compose.services[name]?.networks).toEqual(['data'])
})

it('uses every volume and network, and names none that is not there', () => {
  const volumes = services.flatMap(([, service]) =>
    service.volumes.map((volume) => (typeof volume === 'string' ? volume.split(':')[0] : volume.source)),
  )
  const named = new Set(volumes.filter((volume) => !volume?.startsWith('./')))
  expect([...named].toSorted()).toEqual(Object.keys(compose.volumes).toSorted())
  const networks = new Set(services.flatMap((entry) => entry[1].networks))
  expect([...networks].toSorted()).toEqual(Object.keys(compose.networks).toSorted())
  for (const volume of volumes)
    if (volume?.startsWith('./deploy/') || /\.yml$/.test(volume ?? ''))
      expect(readText(volume as string)).toBeTruthy()
})

it('has more room at PostgreSQL than PgBouncer takes', () => {
  const max = Number(/max_connections=(\d+)/.exec(JSON.stringify(compose.services.postgres?.command))?.[1])
  const pool = Number(/^max_db_connections = (\d+)$/m.exec(readText('deploy/pgbouncer/pgbouncer.ini'))?.[1])
  expect(max).toBeGreaterThanOrEqual(pool + 20)
})

it('alerts in production alone', () => {
  const of = (name: string): string[] | undefined => compose.services[name]?.profiles
  expect([of('prometheus'), of('grafana'), of('alertmanager')]).toEqual([
    ['dev', 'prod'],
    ['dev', 'prod'],
    ['prod'],
  ])
  const own = ['pitr', 'restore', 'admin']
  const others = services.filter(([, { profiles }]) => profiles.some((profile) => !own.includes(profile)))
  expect(others).toHaveLength(3)
})

it('keeps WAL in its own profile, of the server that runs, and lets it pile up there within bounds', () => {
  const { wal, postgres } = compose.services
  expect(services.filter(([, { profiles }]) => profiles.includes('pitr')).map(nameOf)).toEqual(['wal'])
  expect(wal?.image).toBe(postgres?.image)
  expect(JSON.stringify(postgres?.command)).toContain('max_slot_wal_keep_size=')
})

/** What `npm run admin` would be called with in the container of a service: its variables that name addresses, keys and files, and its arguments. */
const callOfAdmin = (name: string, ...args: string[]): string[] => {
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-admin-'))
  try {
    const service = compose.services[name]
    const [sh = '', ...rest] = z.array(z.string()).parse(service?.entrypoint)
    for (const secret of service?.secrets ?? []) writeFileSync(join(folder, secret), `${secret}-text\n`)
    writeFileSync(
      join(folder, 'api-clients'),
      '{"clients":[{"id":"cron","keys":["other"]},{"id":"client","keys":["client-key"]}]}',
    )
    // in place of Node: says what it was called with, but for the one call that reads JSON
    writeFileSync(
      join(folder, 'node'),
      `#!/bin/sh\n[ "$1" = -p ] && exec '${process.execPath}' "$@"\nenv | grep -E '_(URL|KEY|FILE|ID|SECRET)='\nprintf '%s\\n' "$@"\n`,
      { mode: 0o755 },
    )
    const env = { ...service?.environment, SECRETS_DIR: folder, PATH: `${folder}:/usr/bin:/bin` }
    const said = execFileSync(sh, [...rest, ...args], { env, encoding: 'utf8' })
    return said.trim().replaceAll(`${folder}/`, '').split('\n').toSorted()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const FOR_ALL = [
  'BACKUP_S3_ACCESS_KEY=backup-s3-access-key-text',
  'BACKUP_S3_SECRET_KEY=backup-s3-secret-key-text',
  'CLIENT_ID=client',
  'CLIENT_SECRET=client-key',
  'DATABASE_URL=database-owner-url-text',
  'GATEWAY_URL=http://caddy:8000',
  'RECOVERY_KEY_FILE=backup-identity',
  'S3_ACCESS_KEY=s3-access-key-text',
  'S3_SECRET_KEY=s3-secret-key-text',
  'SIGNING_KEY_FILE=signing-key',
  'WEBHOOK_URL=http://caddy:8000/function/dispatcher',
]

it("hands the operators' commands all that they need, and what stands behind the name as it is", () => {
  expect(callOfAdmin('admin', 'person', 'credit', '--reason', 'paid twice')).toEqual(
    [
      'scripts/admin.ts',
      'person',
      'credit',
      '--reason',
      'paid twice',
      ...FOR_ALL,
      'TELEGRAM_WEBHOOK_SECRET=telegram-webhook-secret-text',
    ].toSorted(),
  )
})

it('hands the restore the keys as well, which the other commands never see', () => {
  expect(callOfAdmin('restore', '--backup', 'a b')).toEqual(
    [
      'scripts/admin.ts',
      'restore',
      '--backup',
      'a b',
      ...FOR_ALL,
      'APP_DATABASE_URL=database-url-text',
      'BACKUP_DATABASE_URL=backup-database-url-text',
    ].toSorted(),
  )
  const holders = services.filter(([, { secrets }]) => secrets.includes('backup-identity')).map(nameOf)
  expect(holders).toEqual(['restore-check', 'restore'])
})
