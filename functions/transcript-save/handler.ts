import { defineFunction } from '#shared/http/define-function.ts'
import { tryReadyBucket } from '#shared/http/stored-objects.ts'
import { addRecording } from './add-recording.ts'
import { listTranscripts } from './list-transcripts.ts'
import { recordingMetrics } from './metrics.ts'
import { quoteRecording } from './quote-recording.ts'
import { readTranscript } from './read-transcript.ts'
import { stopRecogniser } from './recogniser.ts'
import { removeTranscript } from './remove-transcript.ts'
import { renameTranscript } from './rename-transcript.ts'
import { runRecordings } from './run-recordings.ts'
import { saveTranscript } from './save-transcript.ts'
import { searchTranscripts } from './search-transcripts.ts'
import { showRecording } from './show-recording.ts'

/**
 * Texts of recordings: encrypted, stored, charged; listed, searched, read, taken away as files, renamed, deleted. Recordings themselves become
 * texts where a recogniser is set up.
 */
export const handler = defineFunction({
  name: 'transcript-save',
  needs: ['database', 'redis', 'storage', 'telegram', 'envelope', 'signing', 'speech'],
  bodyLimitBytes: 5 * 1024 * 1024,
  // a file from Telegram is downloaded first
  deadlineMs: 15_000,
  wakePath: '/recordings/run',
  routes: [
    saveTranscript,
    listTranscripts,
    searchTranscripts,
    addRecording,
    quoteRecording,
    runRecordings,
    showRecording,
    readTranscript,
    renameTranscript,
    removeTranscript,
  ],
  onStart: async (resources) => {
    recordingMetrics(resources)
    await tryReadyBucket(resources, 'transcripts')
  },
  onStop: stopRecogniser,
})
