import { z } from 'zod'
import { dropWords } from '#shared/db/transcript-words.ts'
import { getTranscriptEntry, setTranscriptTitle } from '#shared/db/transcripts.ts'
import { getUser } from '#shared/db/users.ts'
import { changeRoute } from '#shared/http/route.ts'
import { Id, querySubject, subjectOf } from '#shared/http/subject.ts'
import { openVault } from '#shared/http/text-vault.ts'
import { Title } from './request.ts'
import { StoredTranscript, storedOf, TranscriptView, viewOf } from './view.ts'

type Renaming = { userId: string; title: Buffer }

const StoredAnswer = z.strictObject({ userId: Id, transcript: StoredTranscript })
const Query = z.strictObject(querySubject)
const Params = z.strictObject({ id: Id })
const Body = z.strictObject({ title: Title })

/** PATCH /<id>?userId {title}: sealed before the transaction, so that it holds the row for one statement only. */
export const renameTranscript = changeRoute<
  z.infer<typeof Body>,
  z.infer<typeof Query>,
  z.infer<typeof Params>,
  Renaming
>({
  method: 'PATCH',
  path: '/:id',
  summary: 'Gives a transcript another title',
  query: Query,
  params: Params,
  body: Body,
  answers: { 200: z.strictObject({ transcript: TranscriptView }) },
  prepare: async ({ query, params, body, sql, resources }) => {
    const { id: userId } = await getUser(sql, subjectOf(query))
    // also keeps a person without transcripts, who has no key, from being given one
    await getTranscriptEntry(sql, { userId, transcriptId: params.id })
    const vault = await openVault(resources, userId)
    return { userId, title: vault.sealTitle(params.id, body.title) }
  },
  run: async ({ params, tx, prepared: { userId, title } }) => {
    const entry = await setTranscriptTitle(tx, { userId, transcriptId: params.id, title })
    // after the row is locked, so that no list of the former title can be written any more
    await dropWords(tx, params.id)
    return { status: 200, body: { userId, transcript: storedOf(entry) } }
  },
  present: async (body, { resources }) => {
    const { userId, transcript } = StoredAnswer.parse(body)
    return { transcript: viewOf(await openVault(resources, userId), transcript) }
  },
})
