import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const textOf = (read: () => string): string => {
  try {
    return read()
  } catch {
    return ''
  }
}

/** Processes that name the folder in their command line or environment, or stand in it: what a stack of that home has running. */
export const processesOf = (folder: string): string[] => {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  return pids.flatMap((pid) => {
    const command = textOf(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
    const environment = textOf(() => readFileSync(`/proc/${pid}/environ`, 'utf8'))
    const place = textOf(() => readlinkSync(`/proc/${pid}/cwd`))
    return [command, environment, place].some((text) => text.includes(folder)) ? [`${pid} ${command}`] : []
  })
}
