import { z } from 'zod'
import { writeAudit } from '#shared/db/audit.ts'
import { addExport, type ExportJob, getExport } from '#shared/db/exports.ts'
import { lockPerson } from '#shared/db/person-lock.ts'
import { getUser } from '#shared/db/users.ts'
import { limitPerson } from '#shared/http/limit-person.ts'
import { changeRoute, readRoute } from '#shared/http/route.ts'
import { bodySubject, Id, querySubject, subjectOf } from '#shared/http/subject.ts'
import { exporterOf } from './exporter.ts'

const ExportView = z
  .strictObject({
    exportId: Id,
    state: z.enum(['queued', 'building', 'done', 'failed']),
    progress: z.int().min(0).max(100),
    /** Archives that the chat has. */
    parts: z.int().min(0),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Export', description: 'An export for the chat; `progress` in hundredths' })

const viewOf = ({ id, state, progress, partsSent, reason }: ExportJob): z.infer<typeof ExportView> => ({
  exportId: id,
  state,
  progress,
  parts: partsSent,
  reason,
})

const Kept = z.looseObject({ userId: Id, exportId: Id, isNew: z.boolean() })

/** POST /exports: the archives come to the person's chat with the bot, which shows how far they are. */
export const startExport = changeRoute({
  method: 'POST',
  path: '/exports',
  summary: 'Makes an export of everything held about a person and sends it to the chat; one at a time',
  body: z.strictObject(bodySubject),
  answers: { 202: ExportView.extend({ isNew: z.boolean() }) },
  prepare: async ({ body, sql, resources }) => {
    const user = await getUser(sql, subjectOf(body))
    await limitPerson(resources, 'uploads', user.id)
    return user
  },
  run: async ({ tx, prepared: { id: userId }, caller, resources, afterCommit }) => {
    await lockPerson(tx, userId)
    const { exportJob, isNew } = await addExport(tx, { userId, actor: caller.id })
    if (isNew) {
      await writeAudit(tx, { actor: caller.id, action: 'export-started', subject: `user:${userId}` })
      afterCommit(async () => exporterOf(resources).begin())
    }
    return { status: 202, body: { userId, isNew, ...viewOf(exportJob) } }
  },
  // as it is now, also for a call that is repeated later
  present: async (body, { sql }) => {
    const { userId, exportId, isNew } = Kept.parse(body)
    return { ...viewOf(await getExport(sql, { userId, exportId })), isNew }
  },
})

/** GET /exports/<id>?userId */
export const showExport = readRoute({
  method: 'GET',
  path: '/exports/:id',
  summary: 'How far an export is',
  params: z.strictObject({ id: Id }),
  query: z.strictObject(querySubject),
  answers: { 200: ExportView },
  run: async ({ params, query, sql }) => {
    const { id: userId } = await getUser(sql, subjectOf(query))
    return { status: 200, body: viewOf(await getExport(sql, { userId, exportId: params.id })) }
  },
})
