import { cpSync, existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

type Manifest = { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> }

/** Where Node finds a package from a folder; undefined where it is not installed. */
const findPackage = (name: string, from: string): string | undefined => {
  const folder = join(from, 'node_modules', name)
  if (existsSync(join(folder, 'package.json'))) return folder
  return dirname(from) === from ? undefined : findPackage(name, dirname(from))
}

/**
 * Copies packages that no bundle can hold, and all that they need, into one flat `node_modules`. Of optional ones (the native parts for
 * other machines) those that are installed.
 * @throws Error naming a package that is missing
 */
export const copyExternals = (from: string, to: string, names: readonly string[]): void => {
  const copied = new Set<string>()
  const copy = (name: string, seenFrom: string, isOptional: boolean): void => {
    if (copied.has(name)) return
    const folder = findPackage(name, seenFrom)
    if (folder === undefined) {
      if (isOptional) return
      throw new Error(`The package ${name} is not installed: see package.json of the function.`)
    }
    copied.add(name)
    cpSync(folder, join(to, name), { recursive: true, dereference: true })
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
    const optional = manifest.optionalDependencies ?? {}
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      if (!(dependency in optional)) copy(dependency, folder, false)
    }
    for (const dependency of Object.keys(optional)) copy(dependency, folder, true)
  }
  for (const name of names) copy(name, from, false)
}
