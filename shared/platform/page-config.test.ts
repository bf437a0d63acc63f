import { describe, expect, test } from 'vitest'
import { readCabinetUrl, readPage } from './page-config.ts'

const read = <T>(
  reader: (env: Record<string, string>, problems: string[]) => T,
  env: Record<string, string>,
) => {
  const problems: string[] = []
  return { value: reader(env, problems), problems }
}

describe('CABINET_URL', () => {
  test.each([
    ['https://bot.example.com/function/cabinet/', 'https://bot.example.com/function/cabinet/'],
    ['https://bot.example.com/function/cabinet', 'https://bot.example.com/function/cabinet/'],
    [' http://127.0.0.1:8080/c// ', 'http://127.0.0.1:8080/c/'],
    ['https://bot.example.com', 'https://bot.example.com/'],
    ['', undefined],
  ])('%s', (text, url) => {
    expect(read(readCabinetUrl, { CABINET_URL: text })).toEqual({ value: url, problems: [] })
  })

  test.each([
    'bot.example.com',
    'ftp://a.example/',
    'https://a.example/?x=1',
    'https://a.example/#x',
    'https://u:p@a.example/',
  ])('%s is no address of a page', (text) => {
    const { value, problems } = read(readCabinetUrl, { CABINET_URL: text })
    expect(value).toBeUndefined()
    expect(problems).toEqual([expect.stringContaining('CABINET_URL must be')])
    expect(problems.join()).not.toContain('u:p')
  })
})

describe('the page', () => {
  test('lies beside the code unless said, and its pictures come from the store that browsers reach', () => {
    expect(read(readPage, {})).toEqual({
      value: { folder: './function/page', frameOrigins: [], imageOrigin: undefined },
      problems: [],
    })
    const env = {
      PAGE_DIR: '/pages',
      CABINET_FRAME_ORIGINS: 'http://127.0.0.1:8081, https://a.example',
      S3_ENDPOINT: 'http://minio:9000',
      S3_PUBLIC_ENDPOINT: 'https://media.example.com/x',
    }
    expect(read(readPage, env)).toEqual({
      value: {
        folder: '/pages',
        frameOrigins: ['http://127.0.0.1:8081', 'https://a.example'],
        imageOrigin: 'https://media.example.com',
      },
      problems: [],
    })
  })

  test.each(["'none'", '*', 'https://a.example/path', 'a.example', 'https://a.example;script-src', 'data:'])(
    '%s may not show it in a frame: it is no origin, and would end up in the policy',
    (text) => {
      const { value, problems } = read(readPage, { CABINET_FRAME_ORIGINS: text })
      expect(value.frameOrigins).toEqual([])
      expect(problems).toEqual([expect.stringContaining('CABINET_FRAME_ORIGINS must be origins')])
    },
  )

  test('an address of the store that is none is said', () => {
    expect(read(readPage, { S3_PUBLIC_ENDPOINT: 'minio' }).problems).toEqual([
      'S3_PUBLIC_ENDPOINT must be an http(s) address',
    ])
  })
})
