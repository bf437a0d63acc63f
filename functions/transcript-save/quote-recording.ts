import { z } from 'zod'
import { getUser } from '#shared/db/users.ts'
import { getBalance } from '#shared/db/wallets.ts'
import { CoinAmount, CoinBalance } from '#shared/domain/coins.ts'
import { priceRecording, startedMinutes } from '#shared/domain/transcript/price.ts'
import { AppError, invalidInput } from '#shared/errors.ts'
import { limitPerson } from '#shared/http/limit-person.ts'
import type { Resources } from '#shared/http/resources.ts'
import { readRoute } from '#shared/http/route.ts'
import { querySubject, subjectOf } from '#shared/http/subject.ts'
import { fetchRecording } from './recording-file.ts'

const DAY_SECONDS = 86_400

const Quote = z.strictObject({
  /** Whether speech to text is set up and has a price; without it the rest is null. */
  available: z.boolean(),
  durationSeconds: z.int().positive().nullable(),
  minutes: z.int().positive().nullable(),
  coins: CoinAmount.nullable(),
  /** Coins to be topped up first. */
  missing: CoinBalance.nullable(),
  maxMinutes: z.int().positive(),
})

/** Seconds as they are told, or as the recording's own bytes have them. @throws AppError unprocessable_media where those do not say */
const secondsOf = async (
  resources: Resources,
  query: { userId: string; durationSeconds?: number | undefined; telegramFileId?: string | undefined },
  signal: AbortSignal,
): Promise<number> => {
  const { userId, durationSeconds, telegramFileId } = query
  if (durationSeconds !== undefined && telegramFileId === undefined) return durationSeconds
  if (durationSeconds !== undefined || telegramFileId === undefined) {
    throw invalidInput('Send durationSeconds or telegramFileId, one of them.', [
      { path: 'durationSeconds', message: 'either durationSeconds or telegramFileId' },
    ])
  }
  // it is fetched only to be looked at
  await limitPerson(resources, 'uploads', userId)
  const { info } = await fetchRecording(resources, telegramFileId, signal)
  if (info.seconds !== undefined) return Math.ceil(info.seconds)
  throw new AppError('unprocessable_media', { detail: 'The recording does not say how long it lasts.' })
}

/** GET /recordings/quote?userId&durationSeconds, or &telegramFileId: the price before anything is taken or set aside. */
export const quoteRecording = readRoute({
  method: 'GET',
  path: '/recordings/quote',
  summary: 'What turning a recording into text costs, and whether the person can pay that now',
  query: z.strictObject({
    ...querySubject,
    durationSeconds: z.coerce.number().int().min(1).max(DAY_SECONDS).optional(),
    telegramFileId: z.string().min(1).max(256).optional(),
  }),
  answers: { 200: Quote },
  run: async ({ query, sql, resources, signal }) => {
    const { tariff, speech } = resources
    const { id: userId } = await getUser(sql, subjectOf(query))
    const { maxMinutes } = tariff.limits.recording
    const nothing = { durationSeconds: null, minutes: null, coins: null, missing: null }
    const isPriced = speech !== undefined && tariff.services.recording !== undefined
    if (!isPriced) return { status: 200, body: { available: false, ...nothing, maxMinutes } }
    const durationSeconds = await secondsOf(resources, { ...query, userId }, signal)
    const { coins } = priceRecording(tariff, durationSeconds) ?? { coins: 0 }
    const balance = await getBalance(sql, userId)
    const missing = Math.max(0, coins + balance.debt - (balance.coins - balance.held))
    const minutes = startedMinutes(durationSeconds)
    return {
      status: 200,
      body: { available: true, durationSeconds, minutes, coins, missing, maxMinutes },
    }
  },
})
