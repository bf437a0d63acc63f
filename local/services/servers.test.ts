import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Client } from 'minio'
import postgres from 'postgres'
import { describe, expect, it } from 'vitest'
import { processEnv } from '#shared/platform/env.ts'
import { processesOf } from '../testing/processes.ts'
import { makeTempFolder } from '../testing/toy-root.ts'
import { type PostgresOptions, startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import { findRedisProgram } from './redis-program.ts'
import { startS3 } from './s3.ts'
import { BUCKETS, REGION } from './s3-buckets.ts'

const path = processEnv().PATH ?? ''

describe('startPostgres', () => {
  const optionsIn = (folder: string): PostgresOptions => ({
    dataDir: join(folder, 'postgres'),
    logFile: join(folder, 'postgres.log'),
    superuserPassword: 'superuser-password',
    ownerPassword: "owner's pass%word",
  })

  it('makes the database, keeps its data, ends without a trace, and survives kill -9', async () => {
    const folder = makeTempFolder()
    const options = optionsIn(folder)
    const first = await startPostgres(options)
    const sql = postgres(first.url, { max: 1 })
    const [row] =
      await sql`select current_user as who, current_database() as what, lower('ЁЖ') as lower, current_setting('fsync') as fsync`
    expect(row).toEqual({ who: 'kopeika', what: 'kopeika', lower: 'ёж', fsync: 'on' })
    await sql`create table kept as select 1 as one`
    await sql.end()
    process.kill(first.pid, 'SIGKILL')
    await first.exited

    // postmaster.pid stands there still, with a pid that is not PostgreSQL's by now
    const lock = join(options.dataDir, 'postmaster.pid')
    writeFileSync(lock, readFileSync(lock, 'utf8').replace(/^\d+/, String(process.pid)))
    const second = await startPostgres({ ...options, port: first.port })
    expect(second.url).toBe(first.url)
    const again = postgres(second.url, { max: 1 })
    expect(await again`select one from kept`).toEqual([{ one: 1 }])
    await again.end()
    await second.stop()
    expect(processesOf(folder)).toEqual([])
  })

  it('says what is wrong with a damaged data folder', async () => {
    const folder = makeTempFolder()
    const options = optionsIn(folder)
    const running = await startPostgres(options)
    await running.stop()
    rmSync(join(options.dataDir, 'PG_VERSION'))
    await expect(startPostgres(options)).rejects.toThrow(`data folder ${options.dataDir} is damaged`)
    writeFileSync(join(options.dataDir, 'PG_VERSION'), '15\n')
    await expect(startPostgres(options)).rejects.toThrow('is of PostgreSQL 15, this is 18')
    expect(processesOf(folder)).toEqual([])
  })
})

describe('startRedis', () => {
  it('asks for the password, which ps does not show, and ends without a trace', async () => {
    const folder = makeTempFolder()
    const program = await findRedisProgram({ path, say: () => {}, isRoot: false })
    const password = 'redis-password-1'
    const running = await startRedis({
      program,
      folder: join(folder, 'redis'),
      logFile: join(folder, 'redis.log'),
      password,
    })
    expect(
      execFileSync('ps', ['-o', 'args=', '-p', String(running.pid)], { encoding: 'utf8' }),
    ).not.toContain(password)
    const redis = new Redis(running.url)
    expect(await redis.set('a', 'b')).toBe('OK')
    redis.disconnect()
    const stranger = new Redis(running.port, '127.0.0.1', {
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    })
    stranger.on('error', () => {})
    await expect(stranger.connect().then(() => stranger.get('a'))).rejects.toThrow(
      /NOAUTH|Authentication|closed/,
    )
    stranger.disconnect()
    await running.stop()
    expect(processesOf(folder)).toEqual([])
  })

  it('gives the one line to run where there is no server and no right to install one', async () => {
    const find = findRedisProgram({ path: makeTempFolder(), say: () => {}, isRoot: false })
    await expect(find).rejects.toThrow(
      /neither redis-server nor valkey-server is on PATH; run: sudo .*apt-get install -y .*redis-server/,
    )
  })

  it('installs it with apt, with the service held back, where it may', async () => {
    const folder = makeTempFolder()
    const policyFile = join(folder, 'policy-rc.d')
    const server = join(folder, 'redis-server')
    // stands in for apt-get: notes what it was asked, and whether the service was held back meanwhile
    const script = `#!/bin/sh\necho "$1 $(test -x ${policyFile} && echo held)" >> ${folder}/asked\nif [ "$1" = install ]; then printf '#!/bin/sh\\n' > ${server}; /bin/chmod 755 ${server}; fi\n`
    writeFileSync(join(folder, 'apt-get'), script, { mode: 0o755 })
    const said: string[] = []
    const program = await findRedisProgram({
      path: folder,
      say: (line) => said.push(line),
      isRoot: true,
      policyFile,
    })
    expect(program).toBe(server)
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('update \ninstall held\n')
    expect(() => readFileSync(policyFile)).toThrow('ENOENT')
    expect(said).toEqual([expect.stringContaining('installing redis-server with apt')])
  })
})

describe('startS3', () => {
  it('has the buckets, takes our keys only, keeps objects, and ends without a trace', async () => {
    const folder = makeTempFolder()
    const options = {
      folder: join(folder, 's3'),
      logFile: join(folder, 's3.log'),
      accessKey: 'our-key',
      secretKey: 'our-secret',
      path: '/bin',
    }
    const first = await startS3(options)
    const clientOf = (port: number, accessKey: string) =>
      new Client({
        endPoint: '127.0.0.1',
        port,
        useSSL: false,
        region: REGION,
        accessKey,
        secretKey: options.secretKey,
      })
    const client = clientOf(first.port, options.accessKey)
    expect((await client.listBuckets()).map(({ name }) => name).sort()).toEqual(Object.values(BUCKETS).sort())
    await client.putObject(BUCKETS.avatars, 'a/b', Buffer.from('hello'), 5)
    await expect(clientOf(first.port, 'S3RVER').listBuckets()).rejects.toThrow()
    expect((await fetch(`${first.url}/${BUCKETS.avatars}/a/b`)).status).toBe(403)
    expect((await fetch(await client.presignedGetObject(BUCKETS.avatars, 'a/b', 60))).status).toBe(200)
    await first.stop()
    const second = await startS3(options)
    expect((await clientOf(second.port, options.accessKey).statObject(BUCKETS.avatars, 'a/b')).size).toBe(5)
    await second.stop()
    expect(processesOf(folder)).toEqual([])
  })
})

describe('the guard', () => {
  it('ends what a killed starter leaves, also what does not listen to SIGTERM, and then itself', async () => {
    const folder = makeTempFolder()
    const script = join(folder, 'starter.ts')
    const local = join(import.meta.dirname, '..')
    writeFileSync(
      script,
      `import { startChild } from '${local}/services/children.ts'
import { startGuard } from '${local}/services/guard-client.ts'
const guard = await startGuard()
const pids = [guard.pid]
for (const trap of ['exit 0', ':']) {
  const child = await startChild({
    name: 'toy', command: '/bin/sh', args: ['-c', \`trap '\${trap}' TERM; echo ready; while :; do sleep 0.05; done\`],
    cwd: '${folder}', env: { PATH: '/usr/bin:/bin' }, logFile: '${folder}/toy.log', tracker: guard,
  })
  await child.waitForLog(/ready/, 5000)
  pids.push(child.pid)
}
console.log(JSON.stringify(pids))
setInterval(() => {}, 1000)
`,
    )
    const starter = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(starter.stdout, 'data')
    const pids: number[] = JSON.parse(String(line))
    expect(pids).toHaveLength(3)
    starter.kill('SIGKILL')
    await once(starter, 'exit')
    const isGone = (pid: number): boolean => {
      try {
        return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
      } catch {
        return true
      }
    }
    await expect.poll(() => pids.filter((pid) => !isGone(pid)), { timeout: 15_000 }).toEqual([])
  }, 30_000)
})
