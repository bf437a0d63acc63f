import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { FunctionModule } from './contract.ts'

/** Loads the code of a function from its file. In a bundle this module's place is taken by one that holds the function (bundle.ts). */
export const loadFunction = (entry: string): Promise<FunctionModule> =>
  import(pathToFileURL(resolve(entry)).href)
