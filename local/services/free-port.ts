import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

const tryPort = async (port: number): Promise<number> => {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: bound } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return bound
}

/** A port of 127.0.0.1 that is free right now. Somebody may take it before its user does: callers try again. */
export const findFreePort = (): Promise<number> => tryPort(0)

/** Whether the port could be had just now. */
export const isPortFree = (port: number): Promise<boolean> =>
  tryPort(port).then(
    () => true,
    () => false,
  )
