import { readFileSync, writeFileSync } from 'node:fs'
import { isPortFree } from '../services/free-port.ts'

/** The port of the last start where it is free, so that an open page finds its simulator again; else 0 = any. */
export const lastPort = async (file: string): Promise<number> => {
  try {
    const port = Number(readFileSync(file, 'utf8'))
    return Number.isInteger(port) && port > 1023 && port < 65_536 && (await isPortFree(port)) ? port : 0
  } catch {
    return 0
  }
}

/** Keeps the port of that address for the next start. */
export const rememberPort = (file: string, address: string): void =>
  writeFileSync(file, new URL(address).port)
