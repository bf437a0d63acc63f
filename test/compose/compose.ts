import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'

const root = fileURLToPath(new URL('../../', import.meta.url))
const Texts = z.record(z.string(), z.coerce.string())

const Service = z.looseObject({
  image: z.string(),
  build: z.looseObject({ context: z.string(), args: Texts.optional() }).optional(),
  environment: Texts.default({}),
  secrets: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  profiles: z.array(z.string()).default([]),
  volumes: z.array(z.union([z.string(), z.looseObject({ source: z.string() })])).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.looseObject({}).optional(),
  restart: z.string(),
  user: z.string().optional(),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()),
  mem_limit: z.string(),
  cpus: z.number(),
  pids_limit: z.number(),
})
export type Service = z.infer<typeof Service>

const Compose = z.looseObject({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.looseObject({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.looseObject({})),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
})

const Stack = z.looseObject({
  functions: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      environment: Texts,
      secrets: z.array(z.string()),
      limits: z.object({ memory: z.string(), cpu: z.string() }),
      build_args: Texts.optional(),
    }),
  ),
})

export const readText = (path: string): string => readFileSync(`${root}${path}`, 'utf8')

const readYaml = (path: string): unknown => parse(readText(path), { merge: true })

/** docker-compose.yml with its anchors resolved; a service without limits or hardening does not parse. */
export const readCompose = (): z.infer<typeof Compose> => Compose.parse(readYaml('docker-compose.yml'))

export const readStack = (): z.infer<typeof Stack> => Stack.parse(readYaml('stack.yml'))

const Rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.looseObject({
          alert: z.string(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(['page', 'look', 'none']) }),
          annotations: z.object({ summary: z.string() }),
        }),
      ),
    }),
  ),
})

export const readRules = (): z.infer<typeof Rules> => Rules.parse(readYaml('monitoring/rules.yml'))

const Dashboard = z.looseObject({
  panels: z.array(
    z.looseObject({
      id: z.number(),
      title: z.string(),
      type: z.string(),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      datasource: z.object({ uid: z.string() }).optional(),
      targets: z.array(z.looseObject({ expr: z.string(), legendFormat: z.string() })).default([]),
    }),
  ),
})

export const readDashboard = (): z.infer<typeof Dashboard> =>
  Dashboard.parse(JSON.parse(readText('monitoring/grafana/dashboards/kopeika.json')))

const Scrapes = z.looseObject({
  scrape_configs: z.array(
    z.looseObject({
      job_name: z.string(),
      authorization: z.object({ credentials_file: z.string() }).optional(),
      dns_sd_configs: z.array(z.looseObject({ names: z.array(z.string()), port: z.number() })).default([]),
    }),
  ),
})

export const readScrapes = (): z.infer<typeof Scrapes>['scrape_configs'] =>
  Scrapes.parse(readYaml('monitoring/prometheus.yml')).scrape_configs
