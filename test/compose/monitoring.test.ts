import { expect, it } from 'vitest'
import { readRepository } from '../safety/source-files.ts'
import { readCompose, readDashboard, readRules, readScrapes, readStack, readText } from './compose.ts'

const root = new URL('../../', import.meta.url).pathname
const files = readRepository(root)
const rules = readRules().groups.flatMap((group) => group.rules)
const dashboard = readDashboard()

/** Names that the code gives to its counters, gauges and histograms. */
const registered = new Map(
  files
    .filter(({ path }) => /^(shared|functions)\/.*(?<!\.test)\.ts$/.test(path))
    .flatMap(({ text }) => [...text.matchAll(/new (Counter|Gauge|Histogram)\(\{\s*name: '(\w+)'/g)])
    .map(([, kind, name]) => [name as string, kind as string]),
)
/** Of prom-client itself, of Prometheus and of Alertmanager's rules. */
const OTHERS = ['up', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds', 'vector', 'time']

const WORDS =
  /\b(by|or|and|on|unless|sum|max|min|rate|increase|absent|label_replace|histogram_quantile|(?:min|max)_over_time)\b/g

/** The series that an expression reads: what is left without texts, labels, grouping and functions. */
const metricsOf = (expression: string): string[] =>
  expression
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(by|on) \([^)]*\)/g, '')
    .replace(WORDS, '')
    .match(/[a-z_]\w*/g) ?? []

const problemOf = (metric: string): string | undefined => {
  if (OTHERS.includes(metric)) return undefined
  if (registered.get(metric.replace(/_bucket$/, '')) === 'Histogram') return undefined
  return registered.has(metric) ? undefined : `nothing registers ${metric}`
}

it('finds the metrics of the code and of an expression', () => {
  expect(registered.get('kopeika_requests_total')).toBe('Counter')
  expect(registered.size).toBeGreaterThan(25)
  const expression = 'max by (le) (rate(kopeika_x_bucket{a="kopeika_y"}[5m])) / sum(kopeika_z) > 1'
  expect(metricsOf(expression)).toEqual(['kopeika_x_bucket', 'kopeika_z'])
  expect(problemOf('kopeika_x_bucket')).toBe('nothing registers kopeika_x_bucket')
})

it.each(rules.map(({ alert, expr }) => [alert, expr]))('%s asks for metrics that exist', (_alert, expr) => {
  expect(metricsOf(expr).length).toBeGreaterThan(0)
  expect(metricsOf(expr).map(problemOf).filter(Boolean)).toEqual([])
})

it('has a dashboard of metrics that exist, with its own place for each panel', () => {
  const panels = dashboard.panels.filter(({ type }) => type !== 'row')
  expect(panels.length).toBeGreaterThan(20)
  const titles = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title)
  expect(titles).toEqual(['Functions', 'Money', 'Queue', 'Backups'])
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  expect(expressions.flatMap(metricsOf).map(problemOf).filter(Boolean)).toEqual([])
  for (const { datasource, targets } of panels) {
    expect(datasource?.uid).toBe('prometheus')
    expect(targets.length).toBeGreaterThan(0)
  }
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
})

it('asks every function of stack.yml for its metrics, with the token', () => {
  const functions = readScrapes().find((job) => job.job_name === 'functions')
  const names = functions?.dns_sd_configs.flatMap((config) => config.names) ?? []
  expect(names.toSorted()).toEqual(Object.keys(readStack().functions).toSorted())
  expect(functions?.authorization?.credentials_file).toBe('/run/secrets/metrics-token')
  expect(readCompose().services.prometheus?.secrets).toEqual(['metrics-token'])
})

it('sends alerts by files that compose hands over', () => {
  const text = readText('monitoring/alertmanager.yml')
  const wanted = [...text.matchAll(/\/run\/secrets\/([\w-]+)/g)].map(([, name]) => name)
  expect(wanted.toSorted()).toEqual(readCompose().services.alertmanager?.secrets.toSorted())
})
