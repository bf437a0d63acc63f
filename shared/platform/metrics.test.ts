import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

test('RED series carry the function; each function has a registry of its own', async () => {
  const toy = createMetrics('toy', { runtime: false })
  const other = createMetrics('other', { runtime: false })
  toy.requests.inc({ route: '/', method: 'GET', status: '200' })
  toy.seconds.observe({ route: '/', method: 'GET' }, 0.3)
  toy.rateLimited.inc({ limit: 'client' })
  const text = await toy.registry.metrics()
  expect(text).toContain('kopeika_requests_total{route="/",method="GET",status="200",function="toy"} 1')
  expect(text).toMatch(/kopeika_request_seconds_bucket\{le="0.25",.*function="toy".*\} 0\n/)
  expect(text).toMatch(/kopeika_request_seconds_bucket\{le="0.5",.*function="toy".*\} 1\n/)
  expect(text).toContain('kopeika_rate_limited_total{limit="client",function="toy"} 1')
  expect(await other.registry.metrics()).not.toContain('status="200"')
  expect(text).not.toContain('process_cpu')
})

test('series of the runtime come by default', async () => {
  const { registry } = createMetrics('toy')
  expect(await registry.metrics()).toContain('nodejs_eventloop_lag_seconds')
  registry.clear()
})
