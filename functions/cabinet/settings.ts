import { z } from 'zod'
import { Settings, SettingsPatch } from '#shared/domain/settings.ts'
import { personRoute } from '#shared/http/route.ts'
import { ask } from './ask.ts'

const Changed = z.object({ settings: Settings })

/** PATCH /api/settings: only what is named changes. */
export const changeSettings = personRoute({
  method: 'PATCH',
  path: '/api/settings',
  summary: 'Changes settings of the person of the session',
  body: SettingsPatch,
  answers: { 200: Changed },
  run: async (context) => ({
    status: 200,
    body: await ask(
      context,
      { functionName: 'profile', method: 'PATCH', body: { settings: context.body } },
      Changed,
    ),
  }),
})
