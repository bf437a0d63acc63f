/** `npm run bundle`: every function as its image holds it, in build/<name>/dist; for `npm start -- --bundles`. Needs faas-cli. */
import { dirname } from 'node:path'
import { processEnv } from '#shared/platform/env.ts'
import { bundleFunctions } from '../local/bundles.ts'

try {
  for (const { name, folder, bytes } of await bundleFunctions(dirname(import.meta.dirname), processEnv())) {
    console.log(`${name.padEnd(16)} ${(bytes / 1e6).toFixed(2)} MB  ${folder}`)
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
