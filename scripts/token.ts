/** `npm run token`: signs a caller's token, for curl and for other programs' first steps. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseClients } from '#shared/platform/clients.ts'
import { processEnv } from '#shared/platform/env.ts'
import { createSecretReader } from '#shared/platform/secrets.ts'
import { MAX_TOKEN_SECONDS, signToken } from '#shared/platform/tokens.ts'
import { readStackYml } from '../local/stack-yml.ts'
import { readOptions } from './read-options.ts'

const HELP = `Signs a token for calling a function.

  npm run token -- <function> [--client <id>] [--seconds <1..${MAX_TOKEN_SECONDS}>]

  <function>   the function to be called: it becomes the token's audience (aud)
  --client     who calls; a client of the secret api-clients (default: client)
  --seconds    how long the token is valid (default: ${MAX_TOKEN_SECONDS})

The secret is read from SECRETS_DIR, else from the local stack's folder (KOPEIKA_HOME, ./.kopeika).

  curl -H "Authorization: Bearer $(npm run -s token -- profile)" "http://127.0.0.1:8080/function/profile/?telegramId=42"
`

const fail = (message: string): never => {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

const readClientsSecret = (): string => {
  const env = processEnv()
  const home = env.KOPEIKA_HOME ?? '.kopeika'
  const text = env.SECRETS_DIR === undefined ? undefined : createSecretReader(env)('api-clients')
  if (text !== undefined) return text
  try {
    return readFileSync(join(home, 'secrets', 'api-clients'), 'utf8')
  } catch {
    return fail(`No secret api-clients in ${home}/secrets: run npm start once, or set SECRETS_DIR.`)
  }
}

const { values, positionals } = readOptions(
  {
    allowPositionals: true,
    options: {
      client: { type: 'string', default: 'client' },
      seconds: { type: 'string', default: String(MAX_TOKEN_SECONDS) },
      help: { type: 'boolean', short: 'h', default: false },
    },
  },
  HELP,
)
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}
const [audience] = positionals
if (audience === undefined || positionals.length > 1) fail(`Name one function.\n\n${HELP}`)
const functionNames = readStackYml(join(dirname(import.meta.dirname), 'stack.yml')).map(({ name }) => name)
if (!functionNames.includes(audience ?? '')) {
  fail(`There is no function ${audience}; there are: ${functionNames.join(', ')}.`)
}
const seconds = Number(values.seconds)
if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_TOKEN_SECONDS) {
  fail(`--seconds must be a whole number from 1 to ${MAX_TOKEN_SECONDS}.`)
}
const clients = parseClients(readClientsSecret())
const client =
  clients.find(values.client) ??
  fail(`There is no client ${values.client}; known are: ${clients.ids().join(', ')}.`)
process.stdout.write(`${await signToken(client, audience ?? '', seconds)}\n`)
