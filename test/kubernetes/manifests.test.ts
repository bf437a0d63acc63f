import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = join(ROOT, 'deploy/kubernetes')
const FILES = readdirSync(FOLDER)

const documentsOf = (path: string): unknown[] =>
  parseAllDocuments(readFileSync(path, 'utf8'), { merge: true, uniqueKeys: true }).map((document) => {
    expect(document.errors).toEqual([])
    expect(document.warnings).toEqual([])
    return document.toJS()
  })

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.looseObject({}),
})
type Manifest = z.infer<typeof Manifest>

const manifestsOf = (file: string): Manifest[] => z.array(Manifest).parse(documentsOf(join(FOLDER, file)))

const StackYml = z.looseObject({
  functions: z.record(
    z.string(),
    z.looseObject({
      environment: z.record(z.string(), z.string()),
      labels: z.record(z.string(), z.string()),
    }),
  ),
})
const { functions } = StackYml.parse(documentsOf(join(ROOT, 'stack.yml'))[0])
const NAMES = Object.keys(functions)
const withVariable = (pattern: RegExp): string[] =>
  NAMES.filter((name) => Object.keys(functions[name]?.environment ?? {}).some((key) => pattern.test(key)))

const secondsOf = (text: string | undefined): number => Number(/^(\d+)s$/.exec(text ?? '')?.[1])

it('every manifest is whole, and no two have one name', () => {
  const seen = FILES.filter((file) => !file.endsWith('-values.yml')).flatMap((file) =>
    manifestsOf(file).map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`),
  )
  expect(seen.length).toBeGreaterThan(10)
  expect(new Set(seen).size).toBe(seen.length)
})

it('the gateway waits longer than a function may take', () => {
  const Values = z.looseObject({
    functionNamespace: z.literal('openfaas-fn'),
    exposeServices: z.literal(false),
    gateway: z.looseObject({
      upstreamTimeout: z.string(),
      readTimeout: z.string(),
      writeTimeout: z.string(),
    }),
  })
  const { gateway } = Values.parse(documentsOf(join(FOLDER, 'openfaas-values.yml'))[0])
  for (const name of NAMES) {
    const { exec_timeout: exec, write_timeout: write } = functions[name]?.environment ?? {}
    expect(secondsOf(gateway.upstreamTimeout)).toBeGreaterThan(secondsOf(exec))
    expect(secondsOf(gateway.upstreamTimeout)).toBeGreaterThan(secondsOf(write))
  }
  expect(secondsOf(gateway.writeTimeout)).toBeGreaterThan(secondsOf(gateway.upstreamTimeout))
})

it('what scales or must not be disrupted is a function, within what it allows', () => {
  const Scaler = z.looseObject({
    minReplicas: z.number(),
    maxReplicas: z.number(),
    scaleTargetRef: z.object({
      apiVersion: z.literal('apps/v1'),
      kind: z.literal('Deployment'),
      name: z.string(),
    }),
  })
  for (const { metadata, spec } of manifestsOf('scaling.yml')) {
    const { scaleTargetRef, maxReplicas, minReplicas } = Scaler.parse(spec)
    expect(NAMES).toContain(scaleTargetRef.name)
    expect(metadata.name).toBe(scaleTargetRef.name)
    expect(maxReplicas).toBeLessThanOrEqual(
      Number(functions[metadata.name]?.labels['com.openfaas.scale.max']),
    )
    expect(minReplicas).toBeGreaterThan(1)
  }
  const Budget = z.looseObject({
    minAvailable: z.literal(1),
    selector: z.object({ matchLabels: z.object({ faas_function: z.string() }) }),
  })
  for (const { metadata, spec } of manifestsOf('disruption.yml')) {
    expect(NAMES).toContain(Budget.parse(spec).selector.matchLabels.faas_function)
    expect(metadata.name).toBe(Budget.parse(spec).selector.matchLabels.faas_function)
  }
})

it('those may reach the internet and the object store whose settings name them, and no others', () => {
  const Selector = z.looseObject({
    podSelector: z.looseObject({
      matchExpressions: z.tuple([
        z.object({ key: z.literal('faas_function'), operator: z.literal('In'), values: z.array(z.string()) }),
      ]),
    }),
  })
  const policies = manifestsOf('network.yml')
  const listed = (name: string): string[] => {
    const policy = policies.find(({ metadata }) => metadata.name === name)
    return Selector.parse(policy?.spec).podSelector.matchExpressions[0].values.toSorted()
  }
  expect(listed('object-store')).toEqual(withVariable(/^(BACKUP_)?S3_ENDPOINT$/).toSorted())
  expect(listed('internet')).toEqual(
    withVariable(/^(TELEGRAM_API_ROOT|YOOKASSA_API_ROOT|TRANSCRIBE_URL|BACKUP_S3_ENDPOINT)$/).toSorted(),
  )
})

it('the edge leads to public functions alone, and to no more of them than it must', () => {
  const Rules = z.looseObject({
    rules: z.array(
      z.looseObject({
        http: z.object({ paths: z.array(z.looseObject({ path: z.string(), pathType: z.string() })) }),
      }),
    ),
  })
  const paths = manifestsOf('edge.yml').flatMap(({ spec }) =>
    Rules.parse(spec).rules.flatMap(({ http }) => http.paths),
  )
  expect(paths.map(({ path, pathType }) => `${pathType} ${path}`)).toEqual([
    'Exact /function/dispatcher',
    'Exact /function/payment-webhook/yookassa',
    'Exact /function/cabinet',
    'Exact /function/cabinet/',
    'Prefix /function/cabinet/assets',
    'Prefix /function/cabinet/api',
  ])
  for (const { path } of paths) expect(NAMES).toContain(path.split('/')[2])
})

it('the pooler has the settings that the functions were tested behind', () => {
  const Pooler = z.looseObject({
    pgbouncer: z.object({ poolMode: z.literal('transaction'), parameters: z.record(z.string(), z.string()) }),
  })
  const pooler = manifestsOf('postgres.yml').find(({ kind }) => kind === 'Pooler')
  const shipped = readFileSync(join(ROOT, 'deploy/pgbouncer/pgbouncer.ini'), 'utf8')
  for (const [name, value] of Object.entries(Pooler.parse(pooler?.spec).pgbouncer.parameters)) {
    expect(shipped).toMatch(new RegExp(`^${name} = ${value}$`, 'm'))
  }
})

it('the workflow publishes every function, and signs what it pushed', () => {
  const text = readFileSync(join(ROOT, '.github/workflows/publish.yml'), 'utf8')
  const Workflow = z.looseObject({
    permissions: z.object({ contents: z.literal('read') }),
    jobs: z.looseObject({
      publish: z.looseObject({
        permissions: z.object({
          contents: z.literal('read'),
          packages: z.literal('write'),
          'id-token': z.literal('write'),
        }),
        strategy: z.looseObject({ matrix: z.object({ function: z.array(z.string()) }) }),
        steps: z.array(z.looseObject({ uses: z.string().optional() })),
      }),
    }),
  })
  const { publish } = Workflow.parse(documentsOf(join(ROOT, '.github/workflows/publish.yml'))[0]).jobs
  expect(publish.strategy.matrix.function.toSorted()).toEqual(NAMES.toSorted())
  for (const { uses } of publish.steps)
    if (uses !== undefined) expect(uses).toMatch(/@([0-9a-f]{40}|v\d+\.\d+\.\d+)$/)
  expect(text).toContain('cosign sign --yes')
})
