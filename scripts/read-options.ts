import { type ParseArgsConfig, parseArgs } from 'node:util'

/** The command line of a script, or the end of it: a word that it does not know is named, with the help, and exits with 1. */
export const readOptions = <const Config extends ParseArgsConfig>(
  config: Config,
  help: string,
): ReturnType<typeof parseArgs<Config>> => {
  try {
    return parseArgs(config)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${help}`)
    process.exit(1)
  }
}
