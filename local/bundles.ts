import { execFile } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Env } from '#shared/platform/env.ts'
import { findProgram } from './services/find-program.ts'
import { StartProblem } from './start-problem.ts'

const run = promisify(execFile)

/** A function as its image holds it: start `node index.mjs --port <port>` with `folder` as working directory. */
export type Bundle = {
  name: string
  /** `build/<name>/dist`. */
  folder: string
  /** Size of index.mjs. */
  bytes: number
}

const Functions = z.looseObject({
  functions: z.record(
    z.string(),
    z.looseObject({ build_args: z.record(z.string(), z.coerce.string()).optional() }),
  ),
})

/**
 * The program of FAAS_CLI, of ~/.cache/kopeika/bin, or of PATH.
 * @throws StartProblem when there is none
 */
export const findFaasCli = (env: Env): string => {
  const cache = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'kopeika', 'bin')
  const program = env.FAAS_CLI?.trim() || findProgram(['faas-cli'], [cache, env.PATH ?? ''].join(delimiter))
  if (!program)
    throw new StartProblem('faas-cli is not on this machine: scripts/install-faas-cli.sh builds it.')
  return program
}

/**
 * Lays every function out for its image, in `<root>/build`, as `faas-cli build` does before it calls Docker. Nothing is fetched.
 * @throws the error of faas-cli, with what it said
 */
export const shrinkwrap = async (root: string, faasCli: string, stackYml = 'stack.yml'): Promise<string> => {
  const { stdout, stderr } = await run(faasCli, ['build', '--shrinkwrap', '-f', stackYml], { cwd: root })
  return `${stdout}${stderr}`
}

/** Bundles one function that was laid out in `<root>/build`, by the very script that its Dockerfile runs. */
export const bundle = async (root: string, name: string, externals = ''): Promise<Bundle> => {
  const cwd = join(root, 'build', name)
  await run(process.execPath, ['bundle.ts', '--out', 'dist', '--externals', externals], { cwd })
  const folder = join(cwd, 'dist')
  return { name, folder, bytes: statSync(join(folder, 'index.mjs')).size }
}

/** `build_args.EXTERNALS` of each function of stack.yml: what the Dockerfile is told. */
export const readExternals = (stackYml: string): Map<string, string> => {
  const { functions } = Functions.parse(parse(readFileSync(stackYml, 'utf8'), { merge: true }))
  return new Map(
    Object.entries(functions).map(([name, { build_args }]) => [name, build_args?.EXTERNALS ?? '']),
  )
}

/**
 * Every function of stack.yml as its image holds it: laid out by faas-cli in `<root>/build`, then bundled there.
 * @throws StartProblem where faas-cli is missing
 */
export const bundleFunctions = async (root: string, env: Env): Promise<Bundle[]> => {
  await shrinkwrap(root, findFaasCli(env))
  const bundles: Bundle[] = []
  for (const [name, externals] of readExternals(join(root, 'stack.yml'))) {
    bundles.push(await bundle(root, name, externals))
  }
  return bundles
}
