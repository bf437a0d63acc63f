import { expect, test } from 'vitest'
import { csvLine } from './csv.ts'
import { parseSum, plainSum } from './money-text.ts'

test.each([
  [['a', 1, ''], 'a,1,\r\n'],
  [['with, comma', 'with "quotes"', 'two\nlines'], '"with, comma","with ""quotes""","two\nlines"\r\n'],
  [['-12.50', -3, '12'], '-12.50,-3,12\r\n'],
  [['=cmd|calc', '+1+1', '@sum', '-a', '\tx'], "'=cmd|calc,'+1+1,'@sum,'-a,'\tx\r\n"],
])('%j', (cells, line) => {
  expect(csvLine(cells)).toBe(line)
})

test.each([
  [9900, 'RUB', '99.00'],
  [5, 'RUB', '0.05'],
  [-150, 'RUB', '-1.50'],
  [50, 'XTR', '50'],
  [700, 'JPY', '700'],
])('%i %s is %s', (minor, currency, text) => {
  expect(plainSum(minor, currency)).toBe(text)
})

test.each([
  ['12.34', 'RUB', 1234],
  ['12.3', 'RUB', 1230],
  ['12', 'RUB', 1200],
  ['50', 'XTR', 50],
  ['1.5', 'XTR', undefined],
  ['12.345', 'RUB', undefined],
  ['12,34', 'RUB', undefined],
  ['-1', 'RUB', undefined],
  ['0', 'RUB', undefined],
  ['1e3', 'RUB', undefined],
])('reads %s %s', (text, currency, minor) => {
  expect(parseSum(text, currency)).toBe(minor)
})
