/** Whether the bytes at `at` are these letters. */
export const hasText = (bytes: Uint8Array, text: string, at = 0): boolean => {
  if (at < 0 || at + text.length > bytes.length) return false
  for (let i = 0; i < text.length; i += 1) if (bytes[at + i] !== text.charCodeAt(i)) return false
  return true
}

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
