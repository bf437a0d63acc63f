import { z } from 'zod'
import { acceptTerms } from '#shared/db/consents.ts'
import { getUser } from '#shared/db/users.ts'
import { AppError } from '#shared/errors.ts'
import { changeRoute } from '#shared/http/route.ts'
import { bodySubject, subjectOf } from '#shared/http/subject.ts'

const VersionName = z.string().regex(/^[\w.-]{1,64}$/, 'must be 1..64 Latin letters, digits, dots, hyphens')

/** The consent as the profile shows it. */
export const ConsentView = z
  .strictObject({ version: VersionName, at: z.iso.datetime() })
  .meta({ id: 'Consent', description: 'The newest version of the terms that the person agreed to, and when' })

/** POST /consents: the person agrees to the terms as they are now. */
export const addConsent = changeRoute({
  method: 'POST',
  path: '/consents',
  summary: 'Records that a person agrees to the present version of the terms',
  body: z.strictObject({ ...bodySubject, terms: VersionName }),
  answers: { 200: z.strictObject({ consent: ConsentView }) },
  run: async ({ body, tx, caller, resources }) => {
    const { version } = resources.tariff.terms
    if (body.terms !== version)
      throw new AppError('conflict', {
        detail: `The terms have the version ${version} now.`,
        extra: { version },
      })
    const { id: userId } = await getUser(tx, subjectOf(body))
    const { at } = await acceptTerms(tx, { userId, version, actor: caller.id })
    return { status: 200, body: { consent: { version, at: at.toISOString() } } }
  },
})
