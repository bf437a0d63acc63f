import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { limitCalls } from '#shared/http/limit-person.ts'
import { baseHeaders } from '#shared/http/problem.ts'
import type { Resources } from '#shared/http/resources.ts'
import { openRoute } from '#shared/http/route.ts'
import { syncYookassaPayment } from '#shared/money/yookassa.ts'
import { syncYookassaRefund } from '#shared/money/yookassa-refund.ts'
import { networkCheck, peerAddressOf } from '#shared/platform/networks.ts'
import { notificationCounter } from './metrics.ts'

/** All that is believed of a notification: what to look up. The rest is read back from YooKassa. */
const Notification = z.looseObject({
  event: z.string().regex(/^(payment|refund)\.[a-z_]{1,64}$/),
  object: z.looseObject({ id: z.string().regex(/^[\w-]{1,64}$/) }),
})
type Notification = z.infer<typeof Notification>

const parse = (bytes: Buffer): Notification | undefined => {
  try {
    return Notification.safeParse(JSON.parse(bytes.toString('utf8'))).data
  } catch {
    return undefined
  }
}

const actOn = async (resources: Resources, { event, object }: Notification): Promise<string> => {
  if (event.startsWith('refund.')) {
    const recorded = await syncYookassaRefund(resources, object.id, 'yookassa')
    if (!recorded) return 'unknown'
    return recorded.isNew ? 'refunded' : 'known'
  }
  return (await syncYookassaPayment(resources, object.id, 'yookassa')).outcome
}

/**
 * POST /yookassa. Notifications carry no signature, so that only the address of the sender speaks for them, as the edge tells it; anything
 * else is turned away before it is read. YooKassa repeats for a day whatever is not answered with 200: so that is the answer to all that no
 * repetition would mend, and 503 to what it would.
 */
export const takeYookassaNotification = openRoute({
  method: 'POST',
  path: '/yookassa',
  summary: "Takes in YooKassa's notifications; only from its networks",
  answers: {},
  run: async ({ request, requestId, resources, log }) => {
    const settings = resources.config.providers?.yookassa
    if (!settings) throw new AppError('not_found', { detail: 'YooKassa is not configured here.' })
    const counter = notificationCounter(resources)
    const peer = peerAddressOf(request.headers['x-forwarded-for'])
    // a notification and no payment is turned away: the provider repeats it for a day, and `reconcile` finds the payment anyhow
    if (peer !== undefined)
      await limitCalls(resources, {
        limit: 'notifications',
        who: peer,
        detail: 'Too many notifications at once.',
      })
    if (peer === undefined || !networkCheck(settings.networks)(peer)) {
      counter.inc({ outcome: 'foreign' })
      log.warn({ peer }, 'a notification from outside the networks of YooKassa')
      throw new AppError('forbidden', { detail: 'Notifications are taken from YooKassa alone.' })
    }
    const notification = parse(request.body)
    const outcome = notification ? await actOn(resources, notification) : 'malformed'
    counter.inc({ outcome })
    const chargeId = notification?.object.id
    if (outcome === 'malformed' || outcome === 'unknown') {
      log.warn({ outcome, event: notification?.event, chargeId }, 'a notification led to nothing')
    }
    return { status: 200, headers: baseHeaders(requestId), body: '' }
  },
})
