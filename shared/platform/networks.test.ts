import { describe, expect, test } from 'vitest'
import { networkCheck, peerAddressOf } from './networks.ts'
import { YOOKASSA_NETWORKS } from './payment-providers.ts'

describe('networkCheck', () => {
  const isInside = networkCheck(YOOKASSA_NETWORKS)

  test.each([
    ['185.71.76.0', true],
    ['185.71.76.31', true],
    ['185.71.76.32', false],
    ['77.75.153.127', true],
    ['77.75.153.128', false],
    ['77.75.154.127', false],
    ['77.75.154.128', true],
    ['77.75.156.11', true],
    ['77.75.156.12', false],
    ['77.75.156.35', true],
    ['::ffff:185.71.77.1', true],
    ['::ffff:185.71.78.1', false],
    ['2a02:5180:0:1509::1', true],
    ['2a02:5180:1:1509::1', true],
    ['2a02:5181::1', false],
    ['127.0.0.1', false],
    ['', false],
    ['185.71.76.1, 10.0.0.1', false],
  ])('%s: %s', (address, isOurs) => {
    expect(isInside(address)).toBe(isOurs)
  })

  test.each(['10.0.0.0/33', '::1/129', 'localhost', '10.0.0/8', '', '10.0.0.1/', '10.0.0.1/-1'])(
    'refuses %j',
    (network) => {
      expect(() => networkCheck([network])).toThrow('is no network')
    },
  )
})

test.each([
  ['185.71.76.1', '185.71.76.1'],
  [' 185.71.76.1 ', '185.71.76.1'],
  ['185.71.76.1:54321', '185.71.76.1'],
  ['[2a02:5180::1]:443', '2a02:5180::1'],
  ['2a02:5180::1', '2a02:5180::1'],
  [undefined, undefined],
  ['', undefined],
  ['185.71.76.1, 10.0.0.1', undefined],
  ['10.0.0.1,185.71.76.1', undefined],
  ['185.71.76.1:', undefined],
  ['185.71.76.1:port', undefined],
  ['[::1]', undefined],
  ['unknown', undefined],
  ['999.1.1.1:80', undefined],
])('peerAddressOf(%j) is %j', (header, address) => {
  expect(peerAddressOf(header)).toBe(address)
})
