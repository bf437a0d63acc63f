import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { copyExternals } from './externals.ts'

let root = ''
const inside = (...path: string[]): string => join(root, ...path)

const install = (at: string, manifest: object): void => {
  mkdirSync(inside(at), { recursive: true })
  writeFileSync(inside(at, 'package.json'), JSON.stringify(manifest))
  writeFileSync(inside(at, 'index.js'), '')
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'kopeika-externals-'))
  install('node_modules/native', {
    dependencies: { helper: '1' },
    optionalDependencies: { '@native/linux': '1', '@native/windows': '1' },
  })
  // npm lists optional packages in both
  install('node_modules/helper', { dependencies: { native: '1' } })
  install('node_modules/@native/linux', {})
  install('node_modules/other', {})
  install('node_modules/broken', { dependencies: { nowhere: '1' } })
  mkdirSync(inside('build/a/function'), { recursive: true })
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

it('copies a package with all it needs, and of its optional parts those that are installed', () => {
  copyExternals(inside('build/a/function'), inside('out'), ['native'])
  expect(readdirSync(inside('out')).toSorted()).toEqual(['@native', 'helper', 'native'])
  expect(readdirSync(inside('out/@native'))).toEqual(['linux'])
  expect(readdirSync(inside('out/native')).toSorted()).toEqual(['index.js', 'package.json'])
})

it('makes no folder for nothing', () => {
  copyExternals(inside('build/a/function'), inside('none'), [])
  expect(readdirSync(root)).not.toContain('none')
})

it.each(['broken', 'nowhere'])('names what is missing for %s', (name) => {
  expect(() => copyExternals(inside('build/a/function'), inside('failed'), [name])).toThrow(
    'The package nowhere is not installed',
  )
})
