import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { parseTariff, type Tariff } from '#shared/domain/tariff.ts'

/**
 * Reads the operator's price list (tariff.yml).
 * @throws Error naming the file and every problem in it
 */
export const loadTariff = (path: string): Tariff => {
  try {
    return parseTariff(parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new Error(
      `The tariff file ${path} cannot be used: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    )
  }
}
