import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildPage, hasPage } from '#template/page.ts'
import type { Home } from '../home.ts'
import { messageOf } from '../start-problem.ts'
import { describePart } from './part.ts'

const MISTAKE = `<!doctype html><html lang="en"><head><title>Not built</title></head>
<body><p>The page cannot be built: the terminal of npm start says why.</p></body></html>
`

/** Where the page of a function lies on the local stack; in an image it lies beside the code. */
export const pageFolder = (home: Home, name: string): string => join(home.pages, name)

/**
 * Builds the pages of the functions that have one. A mistake in a page does not keep the rest of the house from starting: the page that was there
 * stays, or one takes its place that says what is wrong.
 */
export const buildPages = async (options: {
  root: string
  home: Home
  names: readonly string[]
  say: (line: string) => void
}): Promise<void> => {
  const { root, home, names, say } = options
  for (const name of names) {
    const folder = join(root, 'functions', name)
    if (!hasPage(folder)) continue
    const out = pageFolder(home, name)
    const since = performance.now()
    try {
      const files = await buildPage(join(folder, 'page'), out)
      const kilobytes = files.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0) / 1000
      const size = `${files.length} files, ${kilobytes.toFixed(1)} kB gzipped`
      say(describePart(`page ${name}`, size, since))
    } catch (error) {
      say(`the page of ${name} cannot be built: ${messageOf(error)}`)
      if (!existsSync(join(out, 'index.html'))) {
        mkdirSync(out, { recursive: true })
        writeFileSync(join(out, 'index.html'), MISTAKE)
      }
    }
  }
}
