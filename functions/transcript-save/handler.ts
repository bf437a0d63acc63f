import { defineFunction } from '#shared/http/define-function.ts'
import { tryReadyBucket } from '#shared/http/stored-objects.ts'
import { listTranscripts } from './list-transcripts.ts'
import { readTranscript } from './read-transcript.ts'
import { removeTranscript } from './remove-transcript.ts'
import { saveTranscript } from './save-transcript.ts'

/** Texts of recordings: encrypted, stored, charged; listed, read, taken away as files, deleted. */
export const handler = defineFunction({
  name: 'transcript-save',
  needs: ['database', 'redis', 'storage', 'telegram', 'envelope'],
  bodyLimitBytes: 5 * 1024 * 1024,
  // a file from Telegram is downloaded first
  deadlineMs: 15_000,
  routes: [saveTranscript, listTranscripts, readTranscript, removeTranscript],
  onStart: (resources) => tryReadyBucket(resources, 'transcripts'),
})
