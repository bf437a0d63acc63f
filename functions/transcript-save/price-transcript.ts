import { priceOf, type Tariff } from '#shared/domain/tariff.ts'

export type Measures = { characters: number; durationSeconds: number | null }

/** How many units of the tariff a transcript is: an operator may sell it by use, by length or by time. At least one. */
const unitsOf = (tariff: Tariff, { characters, durationSeconds }: Measures): number => {
  switch (tariff.services.transcript?.unit) {
    case '1000 characters':
      return Math.ceil(characters / 1000)
    case 'minute':
      return Math.max(1, Math.ceil((durationSeconds ?? 0) / 60))
    default:
      return 1
  }
}

/** Price of storing one transcript. @throws AppError invalid_input when it is beyond 2^53-1 coins */
export const priceTranscript = (
  tariff: Tariff,
  measures: Measures,
): { coins: number; priceVersion: string } => priceOf(tariff, 'transcript', unitsOf(tariff, measures))
