import type { SourceFile } from './source-files.ts'

type Environment = Readonly<Record<string, string>>

/** What of-watchdog reads, as far as stack.yml may set it. */
const OF_WATCHDOG = ['exec_timeout', 'read_timeout', 'write_timeout', 'healthcheck_interval', 'max_inflight']
/** What Node, its thread pool and the C library read. */
const RUNTIME = ['NODE_ENV', 'NODE_OPTIONS', 'TZ', 'UV_THREADPOOL_SIZE', 'MALLOC_ARENA_MAX']

/** What the gateways of OpenFaaS CE and faasd wait for a function unless told otherwise. */
const GATEWAY_SECONDS = 60
/** Kubernetes and faasd kill after 30. */
const LONGEST_END_SECONDS = 28
/** What a function takes that names no deadline (shared/http/define-function.ts). */
const DEFAULT_DEADLINE_MS = 8_000

const secondsOf = (environment: Environment, name: string): number =>
  Number(/^(\d+)s$/.exec(environment[name] ?? '')?.[1])

const deadlineOf = (handler: SourceFile): number =>
  Number(/\bdeadlineMs: ([\d_]+)/.exec(handler.text)?.[1]?.replaceAll('_', '') ?? DEFAULT_DEADLINE_MS) / 1000

/**
 * The chain holds: the function gives up before of-watchdog does, of-watchdog before its own connections end and before the gateway does; and
 * what it takes to stop is over before the platform kills.
 */
export const checkTimeouts = (environment: Environment, handler: SourceFile): string[] => {
  const seconds = (name: string): number => secondsOf(environment, name)
  const wrong = OF_WATCHDOG.slice(0, 4).filter((name) => !(seconds(name) > 0))
  if (wrong.length > 0) return wrong.map((name) => `${name} must be whole seconds, such as 20s`)
  const deadline = deadlineOf(handler)
  const [exec, read, write, interval] = OF_WATCHDOG.slice(0, 4).map(seconds) as [
    number,
    number,
    number,
    number,
  ]
  return [
    ...(deadline < exec ? [] : [`its own deadline of ${deadline} s must be shorter than exec_timeout`]),
    ...(exec < read ? [] : ['exec_timeout must be shorter than read_timeout']),
    ...(exec < write ? [] : ['exec_timeout must be shorter than write_timeout']),
    ...(exec <= GATEWAY_SECONDS
      ? []
      : [`exec_timeout is longer than a gateway waits (${GATEWAY_SECONDS} s)`]),
    ...(interval + write <= LONGEST_END_SECONDS
      ? []
      : [
          `healthcheck_interval and write_timeout together are over ${LONGEST_END_SECONDS} s: it would be killed`,
        ]),
  ]
}

/** Every variable is one that something reads: a misspelt one would be silently without effect. */
export const checkEnvironmentNames = (environment: Environment, files: readonly SourceFile[]): string[] => {
  const code = files.filter(({ path }) => /^(shared|functions)\/.*(?<!\.test)\.ts$/.test(path))
  return Object.keys(environment)
    .filter((name) => !OF_WATCHDOG.includes(name) && !RUNTIME.includes(name))
    .filter((name) => !code.some(({ text }) => new RegExp(`\\b${name}\\b`).test(text)))
    .map((name) => `nothing reads the variable ${name}`)
}
