import type { Language } from '#shared/domain/settings.ts'
import type { City } from '#shared/domain/time-zone-cities.ts'

export type ZoneOption = { value: string; label: string }

/** As the server takes them: places by their IANA names, and UTC. */
const isPlace = (name: string): boolean =>
  name === 'UTC' || /^(?!Etc\/|SystemV\/)[A-Za-z_]+\/[\w+/-]+$/.test(name)

/** Every zone that this browser knows, by its IANA name. */
export const zoneNames = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone').filter(isPlace)]

/** Where this device is. */
export const deviceZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** "Port of Spain" of America/Port_of_Spain. */
const placeIn = (name: string): string => (name.split('/').at(-1) ?? name).replaceAll('_', ' ')

const offsetOf = (name: string): string => {
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'shortOffset' })
    return format.formatToParts(Date.now()).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  } catch {
    return '' // chosen elsewhere, and unknown to this browser
  }
}

/** "Москва · GMT+3", "Ushuaia · GMT-3". Takes a millisecond or so: not to be made for all of them at once. */
export const zoneOption = (name: string, language: Language, cities: readonly City[]): ZoneOption => {
  const title = cities.find(({ zone }) => zone === name)?.[language] ?? placeIn(name)
  const offset = name === 'UTC' ? '' : offsetOf(name)
  return { value: name, label: offset === '' ? title : `${title} · ${offset}` }
}

export const sortZones = (options: readonly ZoneOption[], language: Language): ZoneOption[] => {
  const { compare } = new Intl.Collator(language)
  return options.toSorted((one, other) => compare(one.label, other.label))
}
