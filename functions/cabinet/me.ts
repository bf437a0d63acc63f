import { Language } from '#shared/domain/settings.ts'
import type { Tariff } from '#shared/domain/tariff.ts'
import type { Resources } from '#shared/http/resources.ts'
import { personRoute } from '#shared/http/route.ts'
import { ask, type Visit } from './ask.ts'
import { TRANSCRIPT_BYTES } from './limits.ts'
import { csrfTokenOf } from './session.ts'
import { Me, Profile } from './shapes.ts'

const botNames = new WeakMap<Resources, string>()

/** The bot's name, asked for once; not worth failing a page for. */
const readBotName = async (resources: Resources): Promise<string> => {
  const known = botNames.get(resources)
  if (known !== undefined) return known
  try {
    const { username } = await resources.telegram.getMe()
    botNames.set(resources, username)
    return username
  } catch (error) {
    resources.log.warn({ err: error }, "Telegram does not tell the bot's name")
    return ''
  }
}

/** The tariff has both services: without them it is refused at the start. */
const priceIn = ({ services }: Tariff, service: 'avatar' | 'transcript'): Me['prices']['avatar'] => {
  const { coins = 0, unit } = services[service] ?? {}
  return { coins, per: unit === '1000 characters' ? unit : 'use' }
}

/** All that the page needs to begin: the person, and what is possible here. */
export const readMe = async (visit: Visit): Promise<Me> => {
  const { resources, visitor } = visit
  const { tariff } = resources
  const [profile, username] = await Promise.all([
    ask(visit, { functionName: 'profile', method: 'GET' }, Profile),
    readBotName(resources),
  ])
  return {
    ...profile,
    csrf: csrfTokenOf(resources, visitor.sessionId),
    terms: { version: tariff.terms.version },
    bot: { username },
    limits: {
      avatarBytes: tariff.limits.image.maxBytes,
      transcriptBytes: TRANSCRIPT_BYTES,
      avatarsRoom: tariff.limits.avatars.perPerson,
    },
    prices: { avatar: priceIn(tariff, 'avatar'), transcript: priceIn(tariff, 'transcript') },
    languages: [...Language.options],
  }
}

/** GET /api/me */
export const showMe = personRoute({
  method: 'GET',
  path: '/api/me',
  summary: 'The person of the session, and what the page needs besides',
  answers: { 200: Me },
  run: async (context) => ({ status: 200, body: await readMe(context) }),
})
