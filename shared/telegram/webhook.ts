import { createHash, timingSafeEqual } from 'node:crypto'

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/**
 * Whether a request's `X-Telegram-Bot-Api-Secret-Token` is one of the valid secrets (two during a rotation). Hashes are
 * compared, all of them, so that neither length nor place of a difference shows in the time it takes.
 */
export const isWebhookSecretValid = (header: string | undefined, secrets: readonly string[]): boolean => {
  const given = sha256(header ?? '')
  let isValid = false
  for (const secret of secrets) {
    // An empty secret is a mistake in the configuration, and must not let a request without a header in.
    if (timingSafeEqual(given, sha256(secret)) && secret !== '') isValid = true
  }
  return isValid
}
