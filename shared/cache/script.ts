import { createHash } from 'node:crypto'

/** A Lua script and the name Redis knows it by. */
export type Script = { source: string; sha: string }

/** What running a script needs of an ioredis client (one node or Cluster). */
export type ScriptClient = {
  evalsha: (sha: string, keyCount: number, ...keysAndArgs: string[]) => Promise<unknown>
  eval: (source: string, keyCount: number, ...keysAndArgs: string[]) => Promise<unknown>
}

export const sha1Hex = (text: string): string => createHash('sha1').update(text).digest('hex')

export const defineScript = (source: string): Script => ({ source, sha: sha1Hex(source) })

/** Runs a script by its hash, and sends its text only to a server that does not know it (new, restarted, failed over). */
export const runScript = async (
  client: ScriptClient,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
): Promise<unknown> => {
  try {
    return await client.evalsha(script.sha, keys.length, ...keys, ...args)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return client.eval(script.source, keys.length, ...keys, ...args)
  }
}
