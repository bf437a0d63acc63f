import { setTimeout as sleep } from 'node:timers/promises'
import { type Docker, DockerError } from './docker.ts'

export type Patience = {
  /** Until a new container must be healthy. */
  healthyMs: number
  /** Between two looks. */
  lookMs: number
  /** Until Caddy, which asks the DNS every 2 s, knows of the new one. */
  settleMs: number
}

/** Longer than of-watchdog accepts and drains (docker-compose.yml, stop_grace_period). */
const STOP_SECONDS = 30

/** The new container did not become healthy; it is gone again, and the old ones serve on. */
export class UnhealthyError extends Error {
  override name = 'UnhealthyError' as const
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')

/** Those that stand still count: compose would start them again, of the old version, in place of new ones. */
const containersOf = async (docker: Docker, service: string): Promise<string[]> =>
  lines(await docker.read(['compose', 'ps', '--all', '--quiet', service]))

/** The container's own check of health, asked at once and again: Docker asks rarely, since each time costs. */
const waitUntilHealthy = async (docker: Docker, container: string, patience: Patience): Promise<void> => {
  const format = '{{json .Config.Healthcheck.Test}}'
  const [, ...command] = JSON.parse(await docker.read(['inspect', '--format', format, container])) as string[]
  const until = performance.now() + patience.healthyMs
  for (;;) {
    try {
      await docker.read(['exec', container, ...command])
      return
    } catch (error) {
      if (!(error instanceof DockerError)) throw error
      if (performance.now() >= until) throw new UnhealthyError('its check of health fails')
    }
    await sleep(patience.lookMs)
  }
}

const remove = async (docker: Docker, containers: readonly string[]): Promise<void> => {
  for (const container of containers) {
    // the long name is --time in older versions and --timeout in newer ones
    await docker.run(['stop', '-t', String(STOP_SECONDS), container])
    await docker.run(['rm', '--force', container])
  }
}

const NETWORKS = '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}'
/** Where Caddy asks for a service by its name. */
const isFront = (network: string): boolean => network.endsWith('_front')

const networksOf = async (docker: Docker, container: string): Promise<string[]> =>
  (await docker.read(['inspect', '--format', NETWORKS, container])).split(/\s+/).filter((name) => name !== '')

/** Takes the service's name from a container that has not started yet: of-watchdog answers 500 as long as Node does not listen. */
const startHidden = async (docker: Docker, container: string): Promise<void> => {
  for (const network of await networksOf(docker, container)) {
    await docker.run(['network', 'disconnect', network, container])
    await docker.run(['network', 'connect', network, container])
  }
  await docker.run(['start', container])
}

/** Gives it the name. Connections to the stores are in another network, and stay. */
const publish = async (docker: Docker, service: string, container: string): Promise<void> => {
  for (const network of (await networksOf(docker, container)).filter(isFront)) {
    await docker.run(['network', 'disconnect', network, container])
    await docker.run(['network', 'connect', '--alias', service, network, container])
  }
}

/**
 * Puts new containers beside those that a function has, under no name until they are healthy, and takes the old ones away then: somebody
 * answers at any time. A function that has none yet is started.
 * @throws UnhealthyError, after which all is as it was; DockerError
 */
export const replaceFunction = async (
  docker: Docker,
  service: string,
  patience: Patience,
): Promise<{ replaced: number }> => {
  const old = await containersOf(docker, service)
  const isFirst = old.length === 0
  await docker.run([
    ...['compose', 'up', isFirst ? '--detach' : '--no-start', '--no-deps', '--no-recreate', '--no-build'],
    ...['--scale', `${service}=${Math.max(1, 2 * old.length)}`, service],
  ])
  const fresh = (await containersOf(docker, service)).filter((container) => !old.includes(container))
  try {
    if (fresh.length === 0) throw new UnhealthyError('compose started no container')
    if (!isFirst) for (const container of fresh) await startHidden(docker, container)
    for (const container of fresh) await waitUntilHealthy(docker, container, patience)
    if (!isFirst) for (const container of fresh) await publish(docker, service, container)
  } catch (error) {
    await remove(docker, fresh)
    throw error
  }
  if (isFirst) return { replaced: 0 }
  await sleep(patience.settleMs)
  await remove(docker, old)
  return { replaced: old.length }
}
