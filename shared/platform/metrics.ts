import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** RED metrics of one function (rate, errors, duration) plus what it adds to the registry itself. */
export type Metrics = {
  registry: Registry
  requests: Counter<'route' | 'method' | 'status'>
  seconds: Histogram<'route' | 'method'>
  inFlight: Gauge
  rateLimited: Counter<'limit'>
  rateLimitDegraded: Counter<'limit'>
}

/** Buckets in seconds: from a cached read to the handler's deadline. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8]

export const createMetrics = (
  functionName: string,
  options: { runtime: boolean } = { runtime: true },
): Metrics => {
  const registry = new Registry()
  registry.setDefaultLabels({ function: functionName })
  if (options.runtime) collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    requests: new Counter({
      name: 'kopeika_requests_total',
      help: 'Requests answered',
      labelNames: ['route', 'method', 'status'],
      registers,
    }),
    seconds: new Histogram({
      name: 'kopeika_request_seconds',
      help: 'Time to answer',
      labelNames: ['route', 'method'],
      buckets: BUCKETS,
      registers,
    }),
    inFlight: new Gauge({ name: 'kopeika_requests_in_flight', help: 'Requests being worked on', registers }),
    rateLimited: new Counter({
      name: 'kopeika_rate_limited_total',
      help: 'Requests refused by a rate limit',
      labelNames: ['limit'],
      registers,
    }),
    rateLimitDegraded: new Counter({
      name: 'kopeika_rate_limit_degraded_total',
      help: 'Rate limit decisions taken without Redis',
      labelNames: ['limit'],
      registers,
    }),
  }
}
