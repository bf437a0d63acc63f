import { defineFunction } from '#shared/http/define-function.ts'
import { tryReadyBucket } from '#shared/http/stored-objects.ts'
import { listTranscripts } from './list-transcripts.ts'
import { readTranscript } from './read-transcript.ts'
import { removeTranscript } from './remove-transcript.ts'
import { renameTranscript } from './rename-transcript.ts'
import { saveTranscript } from './save-transcript.ts'
import { searchTranscripts } from './search-transcripts.ts'

/** Texts of recordings: encrypted, stored, charged; listed, searched, read, taken away as files, renamed, deleted. */
export const handler = defineFunction({
  name: 'transcript-save',
  needs: ['database', 'redis', 'storage', 'telegram', 'envelope'],
  bodyLimitBytes: 5 * 1024 * 1024,
  // a file from Telegram is downloaded first
  deadlineMs: 15_000,
  routes: [
    saveTranscript,
    listTranscripts,
    searchTranscripts,
    readTranscript,
    renameTranscript,
    removeTranscript,
  ],
  onStart: (resources) => tryReadyBucket(resources, 'transcripts'),
})
