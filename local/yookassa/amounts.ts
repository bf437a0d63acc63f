/** `"99.00"` or `"99"` as minor units; undefined for everything else, also for 0 and below. */
export const parseAmount = (value: string): number | undefined => {
  const match = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(value)
  if (match === null) return undefined
  const minor = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return minor > 0 ? minor : undefined
}

/** Minor units as `"99.00"`. */
export const formatAmount = (minor: number): string =>
  `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`
