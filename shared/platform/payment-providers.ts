import { z } from 'zod'
import type { Env } from './env.ts'
import { networkCheck } from './networks.ts'

/**
 * Where YooKassa's notifications come from (the list of its own SDK, yookassa-sdk-python, security_helper.py; its documents name the
 * whole 2a02:5180::/32). They carry no signature: this, and reading the payment back, is what there is.
 */
export const YOOKASSA_NETWORKS: readonly string[] = [
  '185.71.76.0/27',
  '185.71.77.0/27',
  '77.75.153.0/25',
  '77.75.154.128/25',
  '77.75.156.11',
  '77.75.156.35',
  '2a02:5180::/32',
]

/** The card providers that this installation is set up for; Stars need no more than the bot's token. */
export type ProvidersConfig = {
  /** Telegram Payments: the provider token that BotFather gives, and the currency of its shop. */
  telegram: { token: string; currency: string } | undefined
  yookassa: YookassaConfig | undefined
}

export type YookassaConfig = {
  shopId: string
  secretKey: string
  /** Whether this is a test shop: its payments, and no others, are taken for paid. */
  test: boolean
  /** Without the trailing slash; paths start at /v3/. */
  apiRoot: string
  /** Where a person goes after paying. */
  returnUrl: string
  /** CIDR; notifications from anywhere else are refused. */
  networks: readonly string[]
}

const Secret = z.strictObject({
  telegram: z
    .strictObject({
      token: z.string().min(10).max(256),
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/, 'must be three capital letters, such as RUB')
        .refine((currency) => currency !== 'XTR', 'Stars need no provider token')
        .default('RUB'),
    })
    .optional(),
  yookassa: z
    .strictObject({
      shopId: z.string().regex(/^\d{1,20}$/, 'must be the digits of a shop'),
      secretKey: z.string().regex(/^[\x21-\x7e]{8,256}$/, 'must be 8-256 visible characters'),
      test: z.boolean().default(false),
    })
    .optional(),
})

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' })

const readUrl = (env: Env, name: string, fallback: string): string => {
  const result = httpUrl.safeParse(env[name] || fallback)
  if (!result.success) throw new Error(`${name} must be an http(s) address`)
  return result.data
}

const readNetworks = (env: Env): readonly string[] => {
  const text = env.YOOKASSA_NETWORKS
  if (!text) return YOOKASSA_NETWORKS
  const networks = text.split(',').map((network) => network.trim())
  try {
    networkCheck(networks)
  } catch (cause) {
    throw new Error(`YOOKASSA_NETWORKS: ${cause instanceof Error ? cause.message : 'cannot be read'}`, {
      cause,
    })
  }
  return networks
}

/**
 * Reads the secret `payment-providers`: `{"telegram"?: {"token","currency"?}, "yookassa"?: {"shopId","secretKey","test"?}}`; `{}` is
 * Stars only. The addresses come from the environment.
 * @throws Error saying what is wrong, without showing a key
 */
export const parseProviders = (text: string, env: Env): ProvidersConfig => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Error('is not JSON')
  }
  const result = Secret.safeParse(json)
  if (!result.success) {
    throw new Error(
      result.error.issues
        .map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`)
        .join('; '),
    )
  }
  const { telegram, yookassa } = result.data
  return {
    telegram,
    yookassa: yookassa && {
      ...yookassa,
      apiRoot: readUrl(env, 'YOOKASSA_API_ROOT', 'https://api.yookassa.ru').replace(/\/+$/, ''),
      returnUrl: readUrl(env, 'YOOKASSA_RETURN_URL', 'https://t.me/'),
      networks: readNetworks(env),
    },
  }
}
