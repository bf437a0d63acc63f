import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { processEnv } from '#shared/platform/env.ts'
import { bundle, findFaasCli, shrinkwrap } from '../../local/bundles.ts'
import { launch, removeLogs, stop } from './support/launch.ts'
import { FUNCTIONS, NAMES, ROOT } from './support/stack.ts'

const run = promisify(execFile)
const env = processEnv()
const faasCli = findFaasCli(env)

const faas = (cwd: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  run(faasCli, args, { cwd, env: { PATH: env.PATH ?? '', HOME: cwd } })

it('is the real one', async () => {
  const { stdout } = await run(join(ROOT, 'scripts/install-faas-cli.sh'))
  expect(stdout).toMatch(/^faas-cli \d+\.\d+\.\d+, commit [0-9a-f]{40}\n$/)
  console.log(stdout.trim())
})

describe('build --shrinkwrap', () => {
  it('lays every function out with the template of this repository: nothing is pulled', async () => {
    const said = await shrinkwrap(ROOT, faasCli)
    for (const name of NAMES) {
      expect(said).toContain(`${name} shrink-wrapped to build/${name}`)
      expect(readdirSync(join(ROOT, 'build', name))).toEqual(
        expect.arrayContaining([
          'Dockerfile',
          'bundle.ts',
          'index.ts',
          'server.ts',
          'package-lock.json',
          'function',
        ]),
      )
      expect(readdirSync(join(ROOT, 'build', name, 'function'))).toEqual(
        expect.arrayContaining(['handler.ts', 'shared', 'package.json', 'package-lock.json', 'tariff.yml']),
      )
    }
    expect(said).not.toMatch(/fetch|pull|clon/i)
  })
})

describe('generate', () => {
  const Names = z.looseObject({ metadata: z.looseObject({ name: z.string() }) })
  const documents = (text: string) =>
    parseAllDocuments(text).map((document) => {
      const value: unknown = document.toJS()
      return { name: Names.parse(value).metadata.name, value }
    })
  const wanted = NAMES.toSorted()

  it('makes a Function of OpenFaaS of each', async () => {
    const made = documents((await faas(ROOT, 'generate', '-f', 'stack.yml')).stdout)
    expect(made.map(({ name }) => name).toSorted()).toEqual(wanted)
    for (const { name, value } of made) {
      const { image, environment, secrets, annotations, limits } = FUNCTIONS[name] ?? {}
      expect(value).toMatchObject({
        apiVersion: 'openfaas.com/v1',
        kind: 'Function',
        spec: { name, image, environment, secrets, annotations, limits, readOnlyRootFilesystem: true },
      })
    }
  })

  it('makes a Service of Knative of each, with its secrets where the code looks for them', async () => {
    const api = 'serving.knative.dev/v1'
    const made = documents((await faas(ROOT, 'generate', '--api', api, '-f', 'stack.yml')).stdout)
    expect(made.map(({ name }) => name).toSorted()).toEqual(wanted)
    for (const { name, value } of made) {
      const { image, secrets = [] } = FUNCTIONS[name] ?? {}
      const mounts = secrets.map(() =>
        expect.objectContaining({ mountPath: expect.stringMatching(/^\/var\/openfaas\/secrets/) }),
      )
      expect(value).toMatchObject({
        apiVersion: api,
        kind: 'Service',
        spec: { template: { spec: { containers: [{ image, volumeMounts: mounts }] } } },
      })
    }
  })
})

describe('new --lang node24-ts', () => {
  let folder = ''
  const inside = (...path: string[]): string => join(folder, ...path)

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kopeika-new-'))
    cpSync(join(ROOT, 'templates'), inside('templates'), { recursive: true })
    symlinkSync('templates', inside('template'))
    symlinkSync(join(ROOT, 'node_modules'), inside('node_modules'))
    const imports = { '#template/*': './templates/node24-ts/*' }
    writeFileSync(inside('package.json'), JSON.stringify({ type: 'module', imports }))
  })
  afterAll(() => {
    removeLogs()
    rmSync(folder, { recursive: true, force: true })
  })

  it('makes a function', async () => {
    const { stdout } = await faas(folder, 'new', '--lang', 'node24-ts', 'my-function')
    expect(stdout).toContain('Function created in folder: my-function')
    expect(stdout).not.toMatch(/fetch|pull|clon/i)
    expect(readdirSync(inside('my-function')).toSorted()).toEqual(['handler.test.ts', 'handler.ts'])
    expect(readFileSync(inside('stack.yaml'), 'utf8')).toContain('lang: node24-ts')
  })

  it('whose test passes', async () => {
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
    const { stdout } = await run(process.execPath, [vitest, 'run', '--root', folder, 'my-function'], {
      env: { PATH: env.PATH ?? '', NO_COLOR: '1' },
    })
    expect(stdout).toMatch(/Tests\s+2 passed/)
  })

  it('which is laid out, bundled and started, and answers', async () => {
    await shrinkwrap(folder, faasCli, 'stack.yaml')
    const { folder: cwd } = await bundle(folder, 'my-function')
    expect(readdirSync(cwd)).toEqual(['index.mjs'])
    const launched = await launch('my-function', cwd, ['index.mjs'], {})
    const at = `http://127.0.0.1:${launched.port}`
    expect((await fetch(`${at}/ready`)).status).toBe(200)
    const answer = await fetch(`${at}/hello?x=1`, { method: 'POST', body: 'y' })
    expect([answer.status, await answer.json()]).toEqual([200, { method: 'POST', path: '/hello' }])
    await stop(launched)
  })

  it('and which can join an existing stack.yml', async () => {
    cpSync(join(ROOT, 'stack.yml'), inside('stack.yml'))
    await faas(folder, 'new', '--lang', 'node24-ts', 'another', '--append', 'stack.yml')
    const { stdout } = await faas(folder, 'generate', '-f', 'stack.yml')
    expect(stdout).toContain('name: another')
    expect(stdout).toContain('name: charge')
  })
})
