import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processEnv } from '#shared/platform/env.ts'
import { runUpgrade } from './upgrade.ts'

const COMPOSE = `
services:
  charge: { image: charge, build: { context: build/charge } }
  notify: { image: notify, build: { context: build/notify } }
  cron: { image: tools, build: { context: ., dockerfile: deploy/tools/Dockerfile } }
  postgres: { image: postgres }
`

/** A docker that has the containers of `state.json`, starts what it is told, and writes down each call. */
const FAKE = `
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs')
const [tag, ...args] = process.argv.slice(2)
const file = __dirname + '/state.json'
const state = JSON.parse(readFileSync(file, 'utf8'))
const save = () => writeFileSync(file, JSON.stringify(state))
appendFileSync(__dirname + '/calls', tag + ' ' + args.join(' ') + '\\n')
const command = args[0] === 'compose' ? 'compose ' + args[1] : args[0]
if (state.fails && args.join(' ').startsWith(state.fails)) { console.error('no such image'); process.exit(7) }
if (command === 'compose ps')
  for (const one of state.containers)
    if (one.service === args.at(-1) && (args.includes('--all') || !one.stopped)) console.log(one.id)
if (command === 'compose up' && args.includes('--scale')) {
  const [service, count] = args[args.indexOf('--scale') + 1].split('=')
  const have = () => state.containers.filter((one) => one.service === service).length
  while (have() < Number(count)) state.containers.push({ id: service + '-' + ++state.next, service, looks: 0, tag })
  save()
}
if (command === 'inspect' && args.includes('{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}')) {
  console.log('kopeika_data kopeika_front ')
} else if (command === 'inspect') console.log('["CMD","bash","-c","ask"]')
if (command === 'exec') {
  const one = state.containers.find(({ id }) => id === args[1])
  one.looks += 1
  save()
  if (args.slice(2).join(' ') !== 'bash -c ask' || one.service === state.sick || one.looks < 2) process.exit(1)
}
if (command === 'rm') { state.containers = state.containers.filter(({ id }) => id !== args.at(-1)); save() }
`

type State = {
  containers: { id: string; service: string; looks: number; tag: string; stopped?: boolean }[]
  next: number
  sick?: string
  fails?: string
}

let folder = ''
let bin = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kopeika-upgrade-'))
  bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(folder, 'docker-compose.yml'), COMPOSE)
  writeFileSync(join(folder, '.env'), 'SITE_ADDRESS=bot.example.org\nTAG=0.1.0\n')
  writeFileSync(join(bin, 'docker.cjs'), FAKE)
  writeFileSync(
    join(bin, 'docker'),
    `#!/bin/sh\nexec '${process.execPath}' '${bin}/docker.cjs' "$TAG" "$@"\n`,
  )
  chmodSync(join(bin, 'docker'), 0o755)
  setState({})
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const old = (service: string, number: number) => ({
  id: `${service}-${number}`,
  service,
  looks: 9,
  tag: '0.1.0',
})
const setState = (state: Partial<State>): void =>
  writeFileSync(
    join(bin, 'state.json'),
    JSON.stringify({ containers: [old('charge', 1), old('notify', 1)], next: 1, ...state }),
  )
const containers = (): string[] =>
  (JSON.parse(readFileSync(join(bin, 'state.json'), 'utf8')) as State).containers
    .map(({ service, tag }) => `${service} ${tag}`)
    .toSorted()
const calls = (): string[] => readFileSync(join(bin, 'calls'), 'utf8').trim().split('\n')
const dotEnv = (): string => readFileSync(join(folder, '.env'), 'utf8')

const upgrade = async (...args: string[]) => {
  const said: string[] = []
  const code = await runUpgrade({
    args: ['--folder', folder, ...args],
    env: { PATH: [bin, processEnv().PATH].join(delimiter) },
    print: (line) => said.push(line),
    patience: { lookMs: 1, settleMs: 0 },
  })
  return { code, said: said.join('\n') }
}

it('gets the images, migrates, replaces each function when the new one is healthy, and remembers the tag', async () => {
  const { code, said } = await upgrade('--tag', '0.2.0')
  expect(said).toMatch(/charge: replaced\nnotify: replaced/)
  expect(said).toMatch(/npm run upgrade -- --tag 0\.1\.0 --no-migrate/)
  expect(code).toBe(0)
  expect(containers()).toEqual(['charge 0.2.0', 'notify 0.2.0'])
  expect(dotEnv()).toBe('SITE_ADDRESS=bot.example.org\nTAG=0.2.0\n')
  const made = calls().filter((line) => !/ (inspect|exec) /.test(line))
  const fresh: Record<string, string> = { charge: 'charge-2', notify: 'notify-3' }
  expect(made).toEqual([
    '0.2.0 compose config --quiet',
    '0.2.0 compose pull --ignore-pull-failures',
    '0.2.0 compose run --rm --no-deps migrate',
    '0.2.0 compose run --rm --no-deps store-users',
    ...['charge', 'notify'].flatMap((name) => [
      `0.2.0 compose ps --all --quiet ${name}`,
      `0.2.0 compose up --no-start --no-deps --no-recreate --no-build --scale ${name}=2 ${name}`,
      `0.2.0 compose ps --all --quiet ${name}`,
      // without its name until it is healthy
      ...['data', 'front'].flatMap((network) => [
        `0.2.0 network disconnect kopeika_${network} ${fresh[name]}`,
        `0.2.0 network connect kopeika_${network} ${fresh[name]}`,
      ]),
      `0.2.0 start ${fresh[name]}`,
      `0.2.0 network disconnect kopeika_front ${fresh[name]}`,
      `0.2.0 network connect --alias ${name} kopeika_front ${fresh[name]}`,
      `0.2.0 stop -t 30 ${name}-1`,
      `0.2.0 rm --force ${name}-1`,
    ]),
    '0.2.0 compose up --detach --no-deps --no-build cron',
  ])
  // the old one leaves only after the new one was seen healthy
  const looks = calls()
    .map((line, at) => (line.startsWith('0.2.0 exec charge-2 ') ? at : -1))
    .filter((at) => at >= 0)
  expect(looks).toHaveLength(2)
  expect(Math.max(...looks)).toBeLessThan(
    calls().indexOf('0.2.0 network connect --alias charge kopeika_front charge-2'),
  )
})

it('keeps as many of a function as there were, and starts one that is new', async () => {
  setState({ containers: [old('notify', 1), old('notify', 2)], next: 2 })
  const { said } = await upgrade('--tag', '0.2.0', '--build')
  expect(said).toMatch(/charge: started\nnotify: replaced/)
  expect(containers()).toEqual(['charge 0.2.0', 'notify 0.2.0', 'notify 0.2.0'])
  expect(calls()).toContain('0.2.0 compose build')
})

it('leaves none of the old version behind, even one that stands still', async () => {
  setState({ containers: [{ ...old('charge', 1), stopped: true }, old('notify', 2)], next: 2 })
  expect((await upgrade('--tag', '0.2.0')).code).toBe(0)
  expect(containers()).toEqual(['charge 0.2.0', 'notify 0.2.0'])
})

it('takes away what does not become healthy, leaves the old one serving, and says how things stand', async () => {
  setState({ sick: 'notify' })
  const { code, said } = await upgrade('--tag', '0.2.0', '--wait', '1')
  expect(code).toBe(1)
  expect(said).toMatch(/notify: the new container did not become healthy \(its check of health fails\)/)
  expect(said).toMatch(/Of 0\.2\.0 are: charge; still as before: notify\./)
  expect(said).toMatch(/The way back: npm run upgrade -- --tag 0\.1\.0 --no-migrate/)
  expect(containers()).toEqual(['charge 0.2.0', 'notify 0.1.0'])
  expect(dotEnv()).toContain('TAG=0.1.0')
  expect(calls().at(-1)).not.toContain('cron')
})

it('goes back without touching the database', async () => {
  expect((await upgrade('--tag', '0.1.0', '--no-migrate')).code).toBe(0)
  expect(calls().join('\n')).not.toMatch(/migrate|store-users/)
})

it('replaces some functions alone', async () => {
  expect((await upgrade('--tag', '0.2.0', '--only', 'charge')).code).toBe(0)
  expect(containers()).toEqual(['charge 0.2.0', 'notify 0.1.0'])
  expect(dotEnv()).toContain('TAG=0.1.0')
})

describe('what goes wrong before anything is replaced', () => {
  it.each(['compose config', 'compose pull', 'compose run --rm --no-deps migrate'])('%s', async (fails) => {
    setState({ fails })
    const { code, said } = await upgrade('--tag', '0.2.0')
    expect(code).toBe(1)
    expect(said).toMatch(new RegExp(`docker ${fails}.*: no such image`))
    expect(containers()).toEqual(['charge 0.1.0', 'notify 0.1.0'])
  })

  it('there is no docker', async () => {
    rmSync(join(bin, 'docker'))
    const said: string[] = []
    const code = await runUpgrade({
      args: ['--folder', folder, '--tag', '0.2.0'],
      env: { PATH: bin },
      print: (line) => said.push(line),
    })
    expect([code, said.join('\n')]).toEqual([
      1,
      expect.stringMatching(/docker cannot be run: .* Is it installed\?/),
    ])
  })

  it.each([
    [[], /--tag is missing/],
    [['--tag', 'a b'], /--tag a b is no tag/],
    [['--tag', '1', '--only', 'charge,chargee'], /there is no function chargee; there are charge, notify\./],
    [['--tag', '1', '--wait', 'long'], /--wait must be 1 to 3600 seconds/],
    [['--tag', '1', '--force'], /Unknown option '--force'/],
    [['--tag', '1', '--folder', '/nonexistent'], /There is no \/nonexistent\/docker-compose\.yml/],
  ])('%j is refused', async (args, message) => {
    const { code, said } = await upgrade(...args)
    expect([code, said]).toEqual([2, expect.stringMatching(message)])
    expect(existsSync(join(bin, 'calls'))).toBe(false)
  })
})
