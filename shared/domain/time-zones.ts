import { wallClock } from './quiet-hours.ts'
import { type Language, TimeZone } from './settings.ts'
import { CITIES, type City } from './time-zone-cities.ts'

const MINUTES_A_DAY = 24 * 60
/** Clocks of people go wrong by a few minutes. */
const CLOCK_TOLERANCE = 7

/** Names that people type are compared without case, dashes and accents. */
const fold = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[\s_\-–—.]+/g, ' ')
    .trim()

/** The cities in the order that a speaker of the language looks for them: whoever reads English rarely lives where Russian is spoken. */
export const citiesFor = (language: Language): readonly City[] => {
  const world = CITIES.findIndex(({ zone }) => zone === 'UTC')
  return language === 'ru' ? CITIES : [...CITIES.slice(world), ...CITIES.slice(0, world)]
}

/** The name that Intl has for a zone with several (Europe/Kiev is Europe/Kyiv). */
const canonical = (zone: string): string =>
  new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone

/** Every zone once, under the name of a city's where it has one. */
const allZones = (): string[] => {
  const ofCities = new Map(CITIES.map(({ zone }) => [canonical(zone), zone]))
  return Intl.supportedValuesOf('timeZone').map((zone) => ofCities.get(zone) ?? zone)
}

/** How people call a time zone: its city in their language, or the last part of its name. */
export const zoneTitle = (zone: string, language: Language): string =>
  CITIES.find((city) => city.zone === zone)?.[language] ??
  (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')

const byName = (words: string): string[] => {
  const wanted = fold(words)
  const names = CITIES.flatMap(({ zone, ru, en, also = [] }) =>
    [ru, en, zone, ...also].map((name) => ({ name: fold(name), zone })),
  )
  const all = allZones().flatMap((zone) => [
    { name: fold(zone), zone },
    { name: fold(zone.split('/').at(-1) ?? ''), zone },
  ])
  const exact = [...names, ...all].filter(({ name }) => name === wanted)
  // a beginning will do once it says something
  const begun = wanted.length < 3 ? [] : [...names, ...all].filter(({ name }) => name.startsWith(wanted))
  return [...new Set((exact.length > 0 ? exact : begun).map(({ zone }) => zone))]
}

const minuteOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

const distance = (one: number, other: number): number => {
  const apart = Math.abs(one - other) % MINUTES_A_DAY
  return Math.min(apart, MINUTES_A_DAY - apart)
}

/** Zones whose clock on the wall shows this minute of the day; those that have a city here, else any. */
const byMinute = (minute: number, nowMs: number, tolerance: number): string[] => {
  const shows = (zone: string): boolean => distance(minuteOf(wallClock(nowMs, zone)), minute) <= tolerance
  const known = CITIES.map(({ zone }) => zone).filter(shows)
  if (known.length > 0) return known
  return allZones()
    .filter((zone) => TimeZone.safeParse(zone).success && shows(zone))
    .slice(0, 8)
}

const readClock = (words: string): number | undefined => {
  const [, hours, minutes, half] = /^(\d{1,2})[:.](\d{2})\s*([ap])?\.?m?\.?$/i.exec(words) ?? []
  if (hours === undefined || minutes === undefined || Number(minutes) > 59) return undefined
  const hour =
    half === undefined ? Number(hours) : (Number(hours) % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
  return hour > 23 ? undefined : hour * 60 + Number(minutes)
}

/** "UTC+3", "+05:30", "GMT-4": minutes east of Greenwich. */
const readOffset = (words: string): number | undefined => {
  const [, sign, hours, minutes = '0'] =
    /^(?:utc|gmt|мск)?\s*([+\-−–])\s*(\d{1,2})(?::?([0-5]\d))?$/i.exec(words) ?? []
  if (sign === undefined || hours === undefined || Number(hours) > 14) return undefined
  const east = Number(hours) * 60 + Number(minutes)
  const fromMoscow = /^мск/i.test(words) ? 3 * 60 : 0
  return fromMoscow + (sign === '+' ? east : -east)
}

/**
 * Time zones that somebody may mean by these words: a city, an IANA name, the time that it is there now, or a distance from UTC. The likeliest
 * first; none where nothing fits.
 */
export const findTimeZones = (words: string, nowMs: number): string[] => {
  const text = words.trim()
  const minute = readClock(text)
  if (minute !== undefined) return byMinute(minute, nowMs, CLOCK_TOLERANCE)
  const offset = readOffset(text)
  if (offset !== undefined) {
    const utc = Math.floor(nowMs / 60_000) % MINUTES_A_DAY
    return byMinute((((utc + offset) % MINUTES_A_DAY) + MINUTES_A_DAY) % MINUTES_A_DAY, nowMs, 0)
  }
  // a place by its IANA name stands among the names, and other spellings that Intl takes besides
  const named = byName(text)
  const { data } = TimeZone.safeParse(text)
  return named.length > 0 || data === undefined ? named : [data]
}
