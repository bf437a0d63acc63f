import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { Frame, Page } from 'playwright-core'
import { expect } from 'vitest'

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

const BAD: readonly (string | null | undefined)[] = ['serious', 'critical']

const violationsIn = async (frame: Frame): Promise<string[]> => {
  await frame.evaluate(AXE)
  const { violations } = await frame.evaluate(() =>
    (globalThis as unknown as { axe: { run: (options: object) => Promise<AxeResults> } }).axe.run({
      resultTypes: ['violations'],
      // each frame is asked by itself
      iframes: false,
    }),
  )
  return violations
    .filter(({ impact }) => BAD.includes(impact))
    .flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${impact} ${id}: ${html.slice(0, 200)} | ${failureSummary}`),
    )
}

/** axe-core finds nothing serious in what the page shows now, frames included. */
export const expectAccessible = async (page: Page): Promise<void> => {
  for (const frame of page.frames()) expect(await violationsIn(frame)).toEqual([])
}

/** Nothing reaches beyond the right edge. */
export const expectFits = async (page: Page): Promise<void> => {
  for (const frame of page.frames()) {
    const { inside, outside } = await frame.evaluate(() => ({
      inside: document.documentElement.scrollWidth,
      outside: document.documentElement.clientWidth,
    }))
    expect(inside).toBeLessThanOrEqual(outside)
  }
}
