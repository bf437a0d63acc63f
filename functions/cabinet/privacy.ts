import { z } from 'zod'
import { personRoute } from '#shared/http/route.ts'
import { Id } from '#shared/http/subject.ts'
import { ask, askForDocument } from './ask.ts'
import { asDownload } from './document.ts'
import { Consent, Deletion, Export, ExportState } from './shapes.ts'

const PROFILE = { functionName: 'profile' } as const

/** POST /api/exports: everything that is held about the person, made in the background and sent to the chat. */
export const startExport = personRoute({
  method: 'POST',
  path: '/api/exports',
  summary: 'Begins an export of everything that is held about the person of the session',
  answers: { 202: Export },
  run: async (context) => ({
    status: 202,
    body: await ask(context, { ...PROFILE, method: 'POST', path: '/exports', person: 'body' }, Export),
  }),
})

/** GET /api/exports/<id> */
export const showExport = personRoute({
  method: 'GET',
  path: '/api/exports/:id',
  summary: 'How far an export is',
  params: z.strictObject({ id: Id }),
  answers: { 200: ExportState },
  run: async (context) => ({
    status: 200,
    body: await ask(
      context,
      { ...PROFILE, method: 'GET', path: `/exports/${context.params.id}` },
      ExportState,
    ),
  }),
})

/** GET /api/export: the same at once, as a zip. */
export const takeExportAway = personRoute({
  method: 'GET',
  path: '/api/export',
  summary: 'Everything that is held about the person of the session, as a zip',
  answers: {},
  run: async (context) =>
    asDownload(await askForDocument(context, { ...PROFILE, method: 'GET', path: '/export' }), 'kopeika.zip'),
})

/** POST /api/deletion: the account is erased after the grace period. */
export const askDeletion = personRoute({
  method: 'POST',
  path: '/api/deletion',
  summary: 'Asks for the erasure of the person of the session, after a time in which it can be undone',
  answers: { 200: Deletion },
  run: async (context) => ({
    status: 200,
    body: await ask(context, { ...PROFILE, method: 'POST', path: '/deletion', person: 'body' }, Deletion),
  }),
})

/** DELETE /api/deletion */
export const undoDeletion = personRoute({
  method: 'DELETE',
  path: '/api/deletion',
  summary: 'Undoes the request for erasure',
  answers: { 204: z.undefined() },
  run: async (context) => {
    await ask(context, { ...PROFILE, method: 'DELETE', path: '/deletion' }, z.unknown())
    return { status: 204, headers: {}, body: '' }
  },
})

/** POST /api/consents {terms} */
export const giveConsent = personRoute({
  method: 'POST',
  path: '/api/consents',
  summary: 'Records that the person of the session agrees to the terms',
  body: z.strictObject({ terms: z.string().min(1).max(64) }),
  answers: { 200: Consent },
  run: async (context) => ({
    status: 200,
    body: await ask(
      context,
      { ...PROFILE, method: 'POST', path: '/consents', body: context.body, person: 'body' },
      Consent,
    ),
  }),
})
