import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildPage, hasPage } from './page.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kopeika-page-'))
  mkdirSync(join(folder, 'page'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const HTML = `<!doctype html><html><head>
<link rel="icon" href="./icon.svg"><link rel="stylesheet" href="./main.css">
<script src="https://telegram.org/js/telegram-web-app.js"></script><script type="module" src="./main.tsx"></script>
</head><body></body></html>`

const write = (name: string, text: string): void => writeFileSync(join(folder, 'page', name), text)
const writePage = (): void => {
  write('index.html', HTML)
  write('icon.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>')
  write('main.css', 'body { color: red; background: url("./back.svg") }')
  write('back.svg', '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>')
  write('greet.ts', `export const greet = (name: string): string => '${'hello, '.repeat(9)}' + name`)
  write('later.ts', "import { greet } from './greet.ts'\nexport const later = (): string => greet('later')")
  write(
    'main.tsx',
    "import { greet } from './greet.ts'\ndocument.title = greet('world')\nvoid import('./later.ts').then(({ later }) => later())",
  )
}
const out = (): string => join(folder, 'out')
const read = (path: string): string => readFileSync(join(out(), path), 'utf8')
const assets = (): string[] => readdirSync(join(out(), 'assets')).sort()

test('each file gets a name with a hash, and the page names them so', async () => {
  writePage()
  expect(hasPage(folder)).toBe(true)
  await buildPage(join(folder, 'page'), out())
  const html = read('index.html')
  for (const pattern of [
    /href="\.\/assets\/icon-\w{8}\.svg"/,
    /href="\.\/assets\/main-\w{8}\.css"/,
    /src="\.\/assets\/main-\w{8}\.js"/,
  ]) {
    expect(html).toMatch(pattern)
  }
  expect(html).toContain('src="https://telegram.org/js/telegram-web-app.js"')
  const named = [...html.matchAll(/"\.\/assets\/([^"]+)"/g)].map(([, name]) => name)
  expect(assets()).toEqual(expect.arrayContaining(named))
  // what the script needs at once is fetched beside it; what it may need is not
  expect(html.match(/modulepreload/g)).toHaveLength(1)
  const css = assets().find((name) => /^main-\w{8}\.css$/.test(name)) ?? ''
  expect(read(join('assets', css))).toMatch(/url\("\.\/back-\w{8}\.svg"\)/)
})

test('the same sources give the same names, others give others', async () => {
  writePage()
  await buildPage(join(folder, 'page'), out())
  const before = assets()
  await buildPage(join(folder, 'page'), out())
  expect(assets()).toEqual(before)
  write('main.css', 'body { color: blue }')
  await buildPage(join(folder, 'page'), out())
  expect(assets()).not.toEqual(before)
  expect(assets().filter((name) => /^main-\w{8}\.css$/.test(name))).toHaveLength(1)
})

test('what shrinks lies there compressed too, and the sizes are told', async () => {
  writePage()
  const files = await buildPage(join(folder, 'page'), out())
  const script = files.find(({ path }) => /^assets\/main-\w{8}\.js$/.test(path))
  expect(script?.gzipBytes).toBeGreaterThan(0)
  const path = script?.path ?? ''
  const plain = readFileSync(join(out(), path))
  expect(gunzipSync(readFileSync(join(out(), `${path}.gz`)))).toEqual(plain)
  expect(brotliDecompressSync(readFileSync(join(out(), `${path}.br`)))).toEqual(plain)
  expect(script?.bytes).toBe(plain.length)
})

test('styles that only a script imports are named too', async () => {
  write('index.html', '<html><head><script type="module" src="./main.tsx"></script></head></html>')
  write('main.tsx', "import './main.css'")
  write('main.css', 'body { color: red }')
  await buildPage(join(folder, 'page'), out())
  expect(read('index.html')).toMatch(/<link rel="stylesheet" href="\.\/assets\/main-\w{8}\.css"><\/head>/)
})

test.each<[string, () => void, RegExp]>([
  ['a file that is not there', () => rmSync(join(folder, 'page/main.css')), /main\.css/],
  ['a mistake in the code', () => write('main.tsx', 'const = 5'), /main\.tsx/],
  ['a page without a head', () => write('index.html', '<p src="./main.tsx">'), /<\/head>/],
])('%s is said, and the page of before stays', async (_name, spoil, message) => {
  writePage()
  await buildPage(join(folder, 'page'), out())
  const before = read('index.html')
  spoil()
  await expect(buildPage(join(folder, 'page'), out())).rejects.toThrow(message)
  expect(read('index.html')).toBe(before)
})

test('a folder without index.html is no page', () => {
  expect(hasPage(folder)).toBe(false)
})
