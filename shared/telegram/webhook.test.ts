import { expect, test } from 'vitest'
import { isWebhookSecretValid } from './webhook.ts'

test.each([
  ['s3cret', ['s3cret'], true],
  ['old', ['new', 'old'], true],
  ['s3creT', ['s3cret'], false],
  ['s3cret ', ['s3cret'], false],
  ['', ['s3cret'], false],
  [undefined, ['s3cret'], false],
  [undefined, [''], false],
  ['', [''], false],
  ['s3cret', [], false],
])('header %j with secrets %j: %s', (header, secrets, expected) => {
  expect(isWebhookSecretValid(header, secrets)).toBe(expected)
})
