import { z } from 'zod'
import { hasTranscript } from '#shared/db/transcripts.ts'
import { changeRoute } from '#shared/http/route.ts'
import { takeBackObjects } from '#shared/http/stored-objects.ts'
import { Id } from '#shared/http/subject.ts'
import { openVault } from '#shared/http/text-vault.ts'
import { type Prepared, prepareTranscript } from './prepare-transcript.ts'
import { TranscriptRequest } from './request.ts'
import { StoredAnswer, storeTranscript } from './store-transcript.ts'
import { TranscriptView, viewOf } from './view.ts'

/** POST /: what is stored of the answer holds the title sealed, as everything that tells of the text. */
export const saveTranscript = changeRoute<TranscriptRequest, unknown, unknown, Prepared>({
  method: 'POST',
  path: '/',
  summary: 'Stores the text of a recording, encrypted, and charges for it',
  body: TranscriptRequest,
  answers: { 201: z.strictObject({ transcript: TranscriptView, transactionId: Id }) },
  prepare: ({ body, resources, signal }) => prepareTranscript(resources, body, signal),
  run: async ({ tx, prepared, caller, resources, afterCommit }) => {
    const body = await storeTranscript(tx, resources.tariff, prepared, caller.id)
    afterCommit(async () => resources.wake('notify'))
    return { status: 201, body }
  },
  abandon: async ({ userId, id, objects }, { resources }) => {
    if (objects)
      await takeBackObjects(resources, objects, { userId, isStored: (tx) => hasTranscript(tx, id) })
  },
  present: async (body, { resources }) => {
    const { userId, transcript, transactionId } = StoredAnswer.parse(body)
    return { transcript: viewOf(await openVault(resources, userId), transcript), transactionId }
  },
})
