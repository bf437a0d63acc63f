import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { SCREENS } from '../callback-words.ts'
import { BOT_COMMANDS, MESSAGES } from './catalogue.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Where messages are declared or written; a mention there is no use. */
const DECLARES = /shared\/domain\/texts\/(catalogue|\w+-messages|(ru|en)-\w+)\.ts$/

const sources = ['functions', 'shared']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((name) => name.endsWith('.ts') && !/\.(test|testing)\.ts$/.test(name) && !DECLARES.test(name))
  .map((name) => readFileSync(join(root, name), 'utf8'))
  .join('\n')

/** Ids that are put together: each command has a description, each screen a button. */
const composed = new Set([
  ...BOT_COMMANDS.map((command) => `command-${command}`),
  ...SCREENS.map((screen) => `button-${screen}`),
])

describe('no message lies about unused', () => {
  test.each(Object.keys(MESSAGES))('%s', (id) => {
    expect(composed.has(id) || sources.includes(`'${id}'`), `nothing says ${id}: take it out`).toBe(true)
  })
})
