import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildPage } from '#template/page.ts'

/** Of all scripts together, gzipped: what a phone on a bad line waits for. */
const MOST_SCRIPT_BYTES = 60_000

test('the page can be built, and its scripts stay small', async () => {
  const out = mkdtempSync(join(tmpdir(), 'kopeika-page-'))
  try {
    const files = await buildPage(join(import.meta.dirname, 'page'), out)
    const scripts = files.filter(({ path }) => path.endsWith('.js'))
    const bytes = scripts.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0)
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThan(MOST_SCRIPT_BYTES)
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
})
