import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { processEnv } from '#shared/platform/env.ts'
import { readCompose } from '../compose/compose.ts'
import { mustHave } from './tools.ts'

const services = readCompose().services
let folder = ''
beforeAll(() => {
  // old versions want to see the folders that images are built from
  folder = mkdtempSync(join(tmpdir(), 'kopeika-compose-'))
  cpSync('docker-compose.yml', join(folder, 'docker-compose.yml'))
  for (const { build } of Object.values(services))
    mkdirSync(join(folder, build?.context ?? '.'), { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const env = { PATH: processEnv().PATH ?? '', HOME: tmpdir() }
const config = (...args: string[]): string =>
  execFileSync(mustHave('docker-compose'), [...args], { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' })

it('finds every service', () => {
  const listed = config('--profile', 'prod', 'config', '--services').trim().split('\n')
  expect(listed.toSorted()).toEqual(Object.keys(services).toSorted())
})

it('resolves every variable to a default', () => {
  const { services: resolved } = parse(config('--profile', 'prod', 'config'))
  expect(resolved.charge.image).toBe('ghcr.io/kopeika/kopeika-charge:0.1.0')
  expect(resolved.dispatcher.environment.GATEWAY_URL).toBe('http://caddy:8000')
  expect(resolved.migrate.command[0]).toContain('"$$(cat /run/secrets/database-owner-url)"')
})

it('would say what is misspelt', () => {
  const text = readFileSync(join(folder, 'docker-compose.yml'), 'utf8')
  writeFileSync(join(folder, 'broken.yml'), text.replace('mem_limit:', 'memory_limit:'))
  const { status, stderr } = spawnSync(mustHave('docker-compose'), ['-f', 'broken.yml', 'config', '-q'], {
    cwd: folder,
    env,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/memory_limit/) })
})
