import { useEffect, useState } from 'preact/hooks'
import type { Language } from '#shared/domain/settings.ts'
import type { City } from '#shared/domain/time-zone-cities.ts'
import { sortZones, type ZoneOption, zoneNames, zoneOption } from '../lib/time-zones.ts'

export type TimeZones = {
  /** Cities by which most people know their zone, in their language. */
  cities: readonly ZoneOption[]
  others: readonly ZoneOption[]
  labelOf: (zone: string) => string
}

/** So many names at a time, so that the page stays quick while they are made. */
const CHUNK = 12

const made = new Map<Language, TimeZones>()

const nothingYet = (language: Language, known: readonly City[]): TimeZones => ({
  cities: [],
  others: [],
  labelOf: (zone) => zoneOption(zone, language, known).label,
})

/** Every time zone by name. The names are fetched and made when they are first needed; until then only those that are asked for. */
export const useTimeZones = (language: Language): TimeZones => {
  const [zones, setZones] = useState(() => made.get(language) ?? nothingYet(language, []))
  useEffect(() => {
    let isOver = false
    const make = async (): Promise<void> => {
      const { CITIES } = await import('#shared/domain/time-zone-cities.ts')
      if (isOver) return
      const labelled = nothingYet(language, CITIES)
      setZones(labelled)
      const own = new Set(CITIES.map(({ zone }) => zone))
      const cities = CITIES.map(({ zone }) => zoneOption(zone, language, CITIES))
      const names = zoneNames().filter((name) => !own.has(name))
      const others: ZoneOption[] = []
      while (others.length < names.length) {
        await new Promise((resolve) => setTimeout(resolve))
        if (isOver) return
        const next = names.slice(others.length, others.length + CHUNK)
        others.push(...next.map((name) => zoneOption(name, language, [])))
      }
      const whole = { ...labelled, cities, others: sortZones(others, language) }
      made.set(language, whole)
      setZones(whole)
    }
    const known = made.get(language)
    if (known === undefined)
      make().catch(() => undefined) // without them the zone can be changed in the bot
    else setZones(known)
    return () => {
      isOver = true
    }
  }, [language])
  return zones
}
