import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

const INDEX = fileURLToPath(new URL('./index.ts', import.meta.url))
const TOY = fileURLToPath(new URL('./toy-entry.testing.ts', import.meta.url))

const children: ChildProcess[] = []
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kopeika-template-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

type Message = { type: string; port?: number; event?: string }

const spawn = (entry: string, ...args: string[]) => {
  const child = fork(INDEX, ['--entry', entry, '--port', '0', ...args], {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  })
  children.push(child)
  const output: string[] = []
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  const messages: Message[] = []
  const waiting: (() => void)[] = []
  child.on('message', (message: Message) => {
    messages.push(message)
    for (const wake of waiting.splice(0)) wake()
  })
  // not 'close' of the child, which does not come once the channel was closed from this side
  const silent = [child.stdout, child.stderr].map((stream) => stream && once(stream, 'close'))
  const ended = once(child, 'exit').then(async ([code]: (number | null)[]) => {
    await Promise.all(silent)
    return code
  })
  const until = async (isIt: (message: Message) => boolean): Promise<Message> => {
    for (;;) {
      const found = messages.find(isIt)
      if (found) return found
      const woken = new Promise<void>((resolve) => waiting.push(resolve))
      const code = await Promise.race([woken, ended])
      if (typeof code === 'number') throw new Error(`It ended with ${code}: ${output.join('')}`)
    }
  }
  return {
    child,
    ended,
    output: () => output.join(''),
    events: () => messages.flatMap(({ event }) => (event === undefined ? [] : [event])),
    url: async () => `http://127.0.0.1:${(await until(({ type }) => type === 'listening')).port}`,
    arrived: (path: string) => until(({ event }) => event === path),
  }
}

describe('a running function', () => {
  test('SIGTERM, even twice, answers what is under way and ends with 0', async () => {
    const toy = spawn(TOY)
    const url = await toy.url()
    const call = fetch(`${url}/wait`)
    await toy.arrived('/wait')
    toy.child.kill('SIGTERM')
    // refused from now on: the signal has been heard
    await expect
      .poll(() =>
        fetch(`${url}/new`).then(
          () => 'taken',
          () => 'refused',
        ),
      )
      .toBe('refused')
    toy.child.kill('SIGTERM')
    toy.child.send('go on')
    expect(await (await call).text()).toBe('/wait')
    expect(await toy.ended).toBe(0)
    expect(toy.events().filter((event) => event === 'closed')).toHaveLength(1)
    expect(toy.output()).toBe('')
  })

  test('the end of the IPC channel ends it: no orphan stays when the local stack is killed', async () => {
    const toy = spawn(TOY)
    await toy.url()
    toy.child.disconnect()
    expect(await toy.ended).toBe(0)
  })

  test('while it lingers after SIGTERM it takes calls', async () => {
    const toy = spawn(TOY, '--linger', '400')
    const url = await toy.url()
    const call = fetch(`${url}/wait`)
    await toy.arrived('/wait')
    toy.child.kill('SIGTERM')
    await expect
      .poll(async () => (await fetch(`${url}/new`)).headers.get('connection'), { interval: 5 })
      .toBe('close')
    toy.child.send('go on')
    expect((await call).status).toBe(200)
    expect(await toy.ended).toBe(0)
  })

  test('an end with 0 that nobody asked for becomes 1: of-watchdog would overlook it', async () => {
    const toy = spawn(TOY)
    await expect(fetch(`${await toy.url()}/exits`)).rejects.toThrow()
    expect(await toy.ended).toBe(1)
  })

  test('a line of a megabyte is shortened, and the call answered', async () => {
    const toy = spawn(TOY)
    expect((await fetch(`${await toy.url()}/writes-a-megabyte`)).status).toBe(200)
    await expect.poll(toy.output).toBe(`${'x'.repeat(16_384)} [cut: 1048576 characters]\n`)
  })

  test('the end of its standard input ends it where it is told so: no orphan of a watchdog that was killed', async () => {
    const toy = spawn(TOY, '--stop-with-stdin', '--linger', '60000')
    await toy.url()
    toy.child.stdin?.end()
    expect(await toy.ended).toBe(0)
    const other = spawn(TOY)
    const url = await other.url()
    other.child.stdin?.end()
    expect((await fetch(`${url}/ok`)).status).toBe(200)
  })

  test('a call may take so long after SIGTERM as --grace says', async () => {
    const toy = spawn(TOY, '--grace', '100')
    const call = fetch(`${await toy.url()}/wait`).catch(() => 'cut')
    await toy.arrived('/wait')
    toy.child.kill('SIGTERM')
    expect(await call).toBe('cut')
    expect(await toy.ended).toBe(0)
  })

  test.each([
    ['/rejects-elsewhere', 'unhandled rejection: '],
    ['/throws-elsewhere', 'uncaught exception: '],
  ])('%s ends it with 1, so that it is started anew, and says why without a token', async (path, words) => {
    const toy = spawn(TOY)
    const url = await toy.url()
    await Promise.all([expect(fetch(`${url}${path}`)).rejects.toThrow(), toy.arrived(path)])
    expect(await toy.ended).toBe(1)
    expect(toy.output()).toContain(words)
    expect(toy.output()).not.toContain('AAbbCCddEEffGGhhIIjj')
  })
})

describe('a function that cannot start', () => {
  const entryOf = (name: string, source: string): string => {
    const path = join(folder, name)
    writeFileSync(path, source)
    return path
  }

  test('wrong configuration: 1, and nothing but its problems', async () => {
    const entry = entryOf(
      'config.mjs',
      `export const handler = { start: async () => {
        throw Object.assign(new Error('2 problem(s):\\n  - LOG_LEVEL\\n  - secret x'), { name: 'ConfigError' })
      } }`,
    )
    const toy = spawn(entry)
    expect(await toy.ended).toBe(1)
    expect(toy.output()).toBe(
      `The function ${entry} could not start: 2 problem(s):\n  - LOG_LEVEL\n  - secret x\n`,
    )
  })

  test.each([
    ['no file', 'missing.mjs', undefined, 'ERR_MODULE_NOT_FOUND'],
    ['no handler', 'empty.mjs', 'export const other = 1', 'could not start'],
    ['a syntax error', 'broken.mjs', 'export const = 1', 'SyntaxError'],
  ])('%s: 1, and one message that names it', async (_what, name, source, words) => {
    const entry = source === undefined ? join(folder, name) : entryOf(name, source)
    const toy = spawn(entry)
    expect(await toy.ended).toBe(1)
    expect(toy.output()).toContain(`The function ${entry} could not start: `)
    expect(toy.output()).toContain(words)
    expect(toy.output().match(/could not start/g)).toHaveLength(1)
  })

  test('a port that is taken: 1', async () => {
    const toy = spawn(TOY)
    const port = new URL(await toy.url()).port
    const second = fork(INDEX, ['--entry', TOY, '--port', port], { stdio: 'pipe', execArgv: [] })
    children.push(second)
    let output = ''
    second.stderr?.on('data', (chunk: Buffer) => {
      output += chunk
    })
    const [code] = await once(second, 'close')
    expect(code).toBe(1)
    expect(output).toContain('EADDRINUSE')
  })
})
