import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { readRules } from '../compose/compose.ts'
import { mustHave } from './tools.ts'

const Config = z.looseObject({
  receivers: z.array(z.looseObject({ telegram_configs: z.array(z.looseObject({ message: z.string() })) })),
})
const shipped = Config.parse(parse(readFileSync('monitoring/alertmanager.yml', 'utf8')))

/** Debian 12's amtool is of Alertmanager 0.25, which takes the two secrets in the file alone; all else must be as it is shipped. */
const forOlderTool = (): string =>
  stringify({
    ...shipped,
    receivers: shipped.receivers.map((receiver) => ({
      ...receiver,
      telegram_configs: receiver.telegram_configs.map(
        ({ bot_token_file: _token, chat_id_file: _chat, ...rest }) => ({
          ...rest,
          bot_token: '1:x',
          chat_id: 1,
        }),
      ),
    })),
  })

let folder = ''
let file = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kopeika-amtool-'))
  file = join(folder, 'alertmanager.yml')
  writeFileSync(file, forOlderTool())
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const amtool = (...args: string[]): string =>
  execFileSync(mustHave('amtool'), args, { encoding: 'utf8', stdio: 'pipe', env: { HOME: folder } })

it('takes the configuration, and refuses a key that does not exist', () => {
  expect(amtool('check-config', file)).toMatch(/SUCCESS[\s\S]*- 1 inhibit rules[\s\S]*- 1 receivers/)
  const wrong = join(folder, 'wrong.yml')
  writeFileSync(wrong, forOlderTool().replace('parse_mode', 'parse_modus'))
  expect(() => amtool('check-config', wrong)).toThrow(/failed to validate/)
})

it.each(readRules().groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)))(
  '%s reaches the operator',
  (alert) => {
    const receivers = amtool('config', 'routes', 'test', `--config.file=${file}`, `alertname=${alert}`)
    expect(receivers.trim()).toBe('telegram')
  },
)

it('has a message for each alert', () => {
  const message = shipped.receivers[0]?.telegram_configs[0]?.message ?? ''
  const written = amtool(
    'template',
    'render',
    '--template.glob',
    join(folder, 'none*'),
    '--template.text',
    message,
  )
  expect(written).toContain('<b>')
  expect(written).not.toContain('<no value>')
})
