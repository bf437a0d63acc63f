import { Cron } from 'croner'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Need } from '#shared/platform/config.ts'
import { SECRET_NAMES } from '#shared/platform/secrets.ts'
import type { Rule, SourceFile } from './source-files.ts'
import { checkEnvironmentNames, checkTimeouts } from './stack-environment.ts'

/** OpenFaaS CE and faasd deploy no more. */
const MOST_FUNCTIONS = 15

const SECRETS_OF_NEED: Record<Need, readonly string[]> = {
  database: ['database-url'],
  redis: ['redis-url'],
  storage: ['s3-access-key', 's3-secret-key'],
  telegram: ['telegram-bot-token'],
  webhook: ['telegram-webhook-secret'],
  envelope: ['master-keys'],
  signing: ['signing-key'],
  providers: ['payment-providers'],
  speech: ['transcribe-key'],
  page: [],
  backup: [
    'backup-database-url',
    'backup-recipients',
    'backup-signing-key',
    'backup-s3-access-key',
    'backup-s3-secret-key',
  ],
  recovery: ['backup-identity', 'scratch-database-url', 'backup-s3-access-key', 'backup-s3-secret-key'],
}
const SECRETS_OF_ALL = ['api-clients', 'metrics-token']

const isSchedule = (text: string): boolean => {
  try {
    // CE's connector reads one expression of five fields
    return text.trim().split(/\s+/).length === 5 && new Cron(text, { paused: true }).nextRun() !== null
  } catch {
    return false
  }
}

const quantity = z.strictObject({
  memory: z.string().regex(/^\d+(Mi|Gi)$/),
  cpu: z.string().regex(/^\d+m?$/),
})
const replicas = z.string().regex(/^[1-5]$/, 'CE refuses more than 5 replicas and scaling to zero')

const cron = {
  topic: z.literal('cron-function'),
  schedule: z.string().refine(isSchedule, 'no cron expression'),
}
/** OpenFaaS Pro asks these; CE and faasd pass over them. */
const probes = {
  'com.openfaas.health.http.path': z.literal('/_/health'),
  'com.openfaas.ready.http.path': z.literal('/_/ready'),
}

/** What faas-cli reads of it (go-sdk stack/schema.go), as far as we use it. It ignores what it does not know; this does not. */
const StackFunction = z.strictObject({
  lang: z.literal('node24-ts'),
  handler: z.string(),
  image: z.string().min(1),
  environment: z.record(z.string(), z.string()),
  secrets: z.array(z.enum(SECRET_NAMES)),
  labels: z.strictObject({ 'com.openfaas.scale.min': replicas, 'com.openfaas.scale.max': replicas }),
  annotations: z.union([z.strictObject(probes), z.strictObject({ ...probes, ...cron })]),
  limits: quantity,
  requests: quantity,
  build_args: z.record(z.string(), z.string()).optional(),
  readonly_root_filesystem: z.literal(true),
})

const Stack = z.strictObject({
  version: z.number(),
  provider: z.strictObject({ name: z.literal('openfaas'), gateway: z.url() }),
  functions: z.record(z.string().regex(/^[a-z]+(-[a-z]+)*$/), StackFunction),
  configuration: z.strictObject({ copy: z.array(z.string().startsWith('./')) }),
})

/** Where YAML anchors live; faas-cli passes over them like over everything it does not know. */
const withoutAnchors = (stack: object): object =>
  Object.fromEntries(Object.entries(stack).filter(([key]) => !key.startsWith('x-')))

const needsOf = (handler: SourceFile): string[] =>
  [...(/\bneeds:\s*\[([^\]]*)\]/.exec(handler.text)?.[1] ?? '').matchAll(/'([a-z]+)'/g)].map(
    ([, need = '']) => need,
  )

const secretsOf = (handler: SourceFile): string[] => [
  ...SECRETS_OF_ALL,
  ...needsOf(handler).flatMap((need) => SECRETS_OF_NEED[need as Need] ?? []),
]

/** stack.yml is right by its schema, names every function and nothing else, and gives each the secrets it needs. */
export const checkStack: Rule = (files) => {
  const file = files.find(({ path }) => path === 'stack.yml')
  if (!file) return ['stack.yml: is missing']
  const result = Stack.safeParse(withoutAnchors(parse(file.text, { merge: true })))
  if (!result.success) {
    return result.error.issues.map(
      ({ path, message }) => `stack.yml: ${path.map(String).join('.')}: ${message}`,
    )
  }
  const { functions, configuration } = result.data
  const folders = new Set(files.flatMap(({ path }) => /^functions\/([^/]+)\//.exec(path)?.[1] ?? []))
  const complaints = [
    ...[...folders].filter((name) => !functions[name]).map((name) => `functions/${name} is not in stack.yml`),
    ...Object.entries(functions).flatMap(([name, entry]) => {
      const handler = files.find(({ path }) => path === `functions/${name}/handler.ts`)
      if (!handler) return [`stack.yml: ${name}: functions/${name}/handler.ts is missing`]
      const wanted = secretsOf(handler)
      const missing = wanted.filter((secret) => !entry.secrets.some((listed) => listed === secret))
      const idle = entry.secrets.filter((secret) => !wanted.includes(secret))
      return [
        ...(entry.handler === `./functions/${name}`
          ? []
          : [`stack.yml: ${name}: handler must be ./functions/${name}`]),
        ...missing.map((secret) => `stack.yml: ${name}: needs the secret ${secret}`),
        ...idle.map((secret) => `stack.yml: ${name}: its code does not read the secret ${secret}`),
        ...[
          ...checkTimeouts(entry.environment, handler),
          ...checkEnvironmentNames(entry.environment, files),
        ].map((complaint) => `stack.yml: ${name}: ${complaint}`),
      ]
    }),
    ...configuration.copy
      .map((path) => path.slice('./'.length))
      .filter((wanted) => !files.some(({ path }) => path === wanted || path.startsWith(`${wanted}/`)))
      .map((path) => `stack.yml: configuration.copy: ${path} does not exist`),
  ]
  const count = Object.keys(functions).length
  return count > MOST_FUNCTIONS
    ? [...complaints, `stack.yml: ${count} functions, ${MOST_FUNCTIONS} are allowed`]
    : complaints
}
