import type { PutOptions } from './object-store.ts'

type Headers = Pick<PutOptions, 'contentType' | 'cacheControl'>

/** What stands with each object of a kind, whoever writes it: an upload, or a restore. */
export const OBJECT_HEADERS = {
  // a key is written once: whoever may see a picture may keep it
  avatars: { contentType: 'image/webp', cacheControl: 'private, max-age=31536000, immutable' },
  transcripts: { contentType: 'application/octet-stream' },
} as const satisfies Record<string, Headers>
