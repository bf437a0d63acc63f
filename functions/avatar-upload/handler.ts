import { defineFunction } from '#shared/http/define-function.ts'
import { tryReadyBucket } from '#shared/http/stored-objects.ts'
import { expectLargeBuffers } from '#shared/platform/heap.ts'
import { uploadAvatar } from './upload-avatar.ts'

/** A picture in; checked, re-encoded and stored as the person's face; charged. */
export const handler = defineFunction({
  name: 'avatar-upload',
  needs: ['database', 'redis', 'storage', 'telegram'],
  bodyLimitBytes: 20 * 1024 * 1024,
  // download, decode, encode and store take longer than a call that only asks the database
  deadlineMs: 15_000,
  routes: [uploadAvatar],
  onStart: (resources) => {
    expectLargeBuffers()
    return tryReadyBucket(resources, 'avatars')
  },
})
