/** `npm run openapi`: writes docs/api/openapi.json from the routes' own schemas; `--check` fails when the file differs. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import { STATUS_OF_CODE } from '#shared/errors.ts'
import type { DefinedFunction } from '#shared/http/define-function.ts'
import type { Route } from '#shared/http/route.ts'
import { readOptions } from './read-options.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FILE = join(ROOT, 'docs/api/openapi.json')

const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(STATUS_OF_CODE) as [keyof typeof STATUS_OF_CODE]),
    detail: z.string().optional(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    requestId: z.string(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' })

const version = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version

const loadFunctions = async (): Promise<DefinedFunction[]> => {
  const names = readdirSync(join(ROOT, 'functions')).sort()
  return Promise.all(
    names.map(async (name) => {
      const module = (await import(pathToFileURL(join(ROOT, 'functions', name, 'handler.ts')).href)) as {
        handler: DefinedFunction
      }
      return module.handler
    }),
  )
}

const KEY_PARAMETER = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .meta({ description: 'Makes the call safe to repeat: the same key and input again give the first answer' })

const CSRF_PARAMETER = z.string().meta({ description: '`csrf` of the session, as GET /api/me gives it' })

const describeBody = (route: Route): Pick<ZodOpenApiOperationObject, 'requestBody'> => {
  if (route.kind === 'scheduled') return {}
  const content: Record<string, { schema: z.ZodType | { type: 'string'; format: 'binary' } }> = {}
  if (route.body) content['application/json'] = { schema: route.body }
  if (route.kind !== 'open' && route.rawBody)
    content['image/*'] = { schema: { type: 'string', format: 'binary' } }
  return Object.keys(content).length === 0
    ? {}
    : { requestBody: { required: route.hasOptionalBody !== true, content } }
}

const headersOf = ({ kind, method, path }: Route): Record<string, z.ZodType> => {
  if (kind === 'change' || kind === 'grouped') return { 'Idempotency-Key': KEY_PARAMETER }
  if (kind !== 'person' || method === 'GET') return {}
  // ending a session again ends nothing more
  const key = path === '/api/session' ? {} : { 'Idempotency-Key': KEY_PARAMETER }
  return { 'X-Csrf-Token': CSRF_PARAMETER, ...key }
}

/** No token of a client: checked by the route itself, or by the session of the page. */
const SECURITY_OF: Partial<Record<Route['kind'], { session: [] }[]>> = { open: [], person: [{ session: [] }] }

const describeAnswers = ({ method, answers }: Route): ZodOpenApiOperationObject['responses'] => {
  const told = Object.entries(answers)
  // a webhook answers with nothing, a page and a download with a document
  if (told.length === 0) return { 200: { description: method === 'GET' ? 'A document' : 'Taken in' } }
  return Object.fromEntries(
    told.map(([status, schema]) => [
      status,
      {
        description: status === '201' ? 'Created' : 'Done',
        ...(status === '204' ? {} : { content: { 'application/json': { schema } } }),
      },
    ]),
  )
}

const describeParameters = (route: Route): Pick<ZodOpenApiOperationObject, 'requestParams'> => {
  if (route.kind === 'scheduled' || (route.kind === 'open' && !route.params)) return {}
  const names = headersOf(route)
  const header = Object.keys(names).length === 0 ? {} : { header: z.object(names) }
  return {
    requestParams: {
      ...(route.kind !== 'open' && route.query instanceof z.ZodObject ? { query: route.query } : {}),
      ...(route.params instanceof z.ZodObject ? { path: route.params } : {}),
      ...header,
    },
  }
}

const describeRoute = (fn: DefinedFunction, route: Route): ZodOpenApiOperationObject => ({
  operationId: `${fn.name} ${route.method} ${route.path}`,
  tags: [fn.name],
  summary: route.summary,
  ...(SECURITY_OF[route.kind] ? { security: SECURITY_OF[route.kind] } : {}),
  ...describeParameters(route),
  ...describeBody(route),
  responses: {
    ...describeAnswers(route),
    default: { description: 'Failed', content: { 'application/problem+json': { schema: Problem } } },
  },
})

const build = (functions: DefinedFunction[]): string => {
  const paths: ZodOpenApiPathsObject = {}
  for (const fn of functions) {
    for (const route of fn.routes) {
      const path = `/function/${fn.name}${route.path.replace(/:(\w+)/g, '{$1}')}`
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(fn, route) }
    }
  }
  const document = createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Kopeika',
      version,
      description:
        'Functions of a paid Telegram bot. Callers sign a JWT (HS256) for each function: iss = client id, aud = function name, iat, exp at most 300 s after iat.',
    },
    servers: [{ url: 'http://127.0.0.1:8080', description: 'The local stack' }],
    security: [{ token: [] }],
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'kopeika_session',
          description: 'Of the cabinet: POST /function/cabinet/api/session gives it',
        },
      },
    },
    paths,
  })
  return `${JSON.stringify(document, null, 2)}\n`
}

const HELP = `Writes docs/api/openapi.json from the schemas of all routes.

  npm run openapi [-- --check]

  --check   writes nothing; exits with 1 where the file is out of date
`

const { values } = readOptions(
  { options: { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } },
  HELP,
)
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}
const text = build(await loadFunctions())
if (values.check) {
  let committed = ''
  try {
    committed = readFileSync(FILE, 'utf8')
  } catch {}
  if (committed !== text) {
    process.stderr.write(
      'docs/api/openapi.json differs from the schemas: run `npm run openapi` and commit it.\n',
    )
    process.exit(1)
  }
  process.stdout.write('docs/api/openapi.json is up to date.\n')
} else {
  mkdirSync(dirname(FILE), { recursive: true })
  writeFileSync(FILE, text)
  process.stdout.write('docs/api/openapi.json written.\n')
}
