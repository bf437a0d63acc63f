import { describe, expect, test } from 'vitest'
import { parseRedisUrl } from './redis-url.ts'

describe('parseRedisUrl', () => {
  test.each([
    ['redis://localhost', { kind: 'single', node: { host: 'localhost', port: 6379 }, db: 0, tls: false }],
    [
      'rediss://ann:p%40ss@10.0.0.1:7000/3',
      {
        kind: 'single',
        node: { host: '10.0.0.1', port: 7000 },
        db: 3,
        tls: true,
        username: 'ann',
        password: 'p@ss',
      },
    ],
    ['redis://:secret@[::1]:6380', { node: { host: '::1', port: 6380 }, password: 'secret' }],
    [
      'redis+cluster://:secret@a:7000,b:7001,c',
      {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 7000 },
          { host: 'b', port: 7001 },
          { host: 'c', port: 6379 },
        ],
        password: 'secret',
      },
    ],
    [
      'rediss+sentinel://s1,s2:26380/main/2',
      {
        kind: 'sentinel',
        sentinels: [
          { host: 's1', port: 26_379 },
          { host: 's2', port: 26_380 },
        ],
        masterName: 'main',
        db: 2,
        tls: true,
      },
    ],
  ])('reads %s', (url, expected) => {
    expect(parseRedisUrl(url)).toMatchObject(expected)
  })

  test.each([
    'http://:hunter2@localhost',
    'redis://:hunter2@localhost:99999',
    'redis://:hunter2@a,b',
    'redis://:hunter2@a/notanumber',
    'redis://:hunter2%@a',
    'redis+cluster://:hunter2@a/1',
    'redis+sentinel://:hunter2@a',
    'hunter2',
    '',
  ])('refuses %s without showing the password', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(/not valid/)
    expect(() => parseRedisUrl(url)).not.toThrow(/hunter2/)
  })
})
