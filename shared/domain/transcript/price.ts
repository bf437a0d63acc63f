import { priceOf, type Service, type Tariff } from '../tariff.ts'

export type Price = { coins: number; priceVersion: string }

/** Minutes of a recording as they are sold: each one that has begun, at least one. */
export const startedMinutes = (seconds: number): number => Math.max(1, Math.ceil(seconds / 60))

const unitsOf = (
  unit: Service['unit'] | undefined,
  { characters, durationSeconds }: { characters: number; durationSeconds: number | null },
): number => {
  switch (unit) {
    case '1000 characters':
      return Math.ceil(characters / 1000)
    case 'minute':
      return startedMinutes(durationSeconds ?? 0)
    default:
      return 1
  }
}

/**
 * Price of storing one transcript: an operator may sell it by use, by length or by time.
 * @throws AppError invalid_input when it is beyond 2^53-1 coins
 */
export const priceTranscript = (
  tariff: Tariff,
  measures: { characters: number; durationSeconds: number | null },
): Price => priceOf(tariff, 'transcript', unitsOf(tariff.services.transcript?.unit, measures))

/**
 * Price of turning a recording into a transcript; undefined where the tariff has no such service. It is quoted before anything is heard,
 * so only its time can count.
 * @throws AppError invalid_input when it is beyond 2^53-1 coins
 */
export const priceRecording = (tariff: Tariff, seconds: number): Price | undefined => {
  const { recording } = tariff.services
  if (recording === undefined) return undefined
  return priceOf(tariff, 'recording', recording.unit === 'minute' ? startedMinutes(seconds) : 1)
}
