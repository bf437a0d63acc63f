const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const COMPACT = /^[A-Za-z0-9_-]{22}$/

/** A uuid as 22 characters of base64url, for Telegram's fields of 64 and 128 bytes. Throws TypeError for no uuid. */
export const packId = (id: string): string => {
  if (!UUID.test(id)) throw new TypeError('packId needs a uuid')
  const bytes = id.replaceAll('-', '').replace(/../g, (hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The uuid (lower case) of `packId`'s text; undefined for anything that packId would not have written. */
export const unpackId = (compact: string): string | undefined => {
  if (!COMPACT.test(compact)) return undefined
  const bytes = atob(compact.replaceAll('-', '+').replaceAll('_', '/'))
  const hex = Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('')
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
    '-',
  )
  // The last character carries 2 bits only: 15 other spellings of the same id exist, and one is ours.
  return packId(id) === compact ? id : undefined
}
