/** How many digits stand behind the point in this currency; Stars are whole. */
const digitsOf = (currency: string): number =>
  currency === 'XTR'
    ? 0
    : (new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ??
      2)

/** A sum in minor units as a plain number: 9900 RUB is "99.00", 50 XTR is "50". */
export const plainSum = (minor: number, currency: string): string => {
  const digits = digitsOf(currency)
  if (digits === 0) return String(minor)
  const text = String(Math.abs(minor)).padStart(digits + 1, '0')
  return `${minor < 0 ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** Minor units of "12.34", or undefined for anything that is no sum of this currency. */
export const parseSum = (text: string, currency: string): number | undefined => {
  const digits = digitsOf(currency)
  const [, whole, , fraction = ''] = /^(\d{1,12})(\.(\d{1,4}))?$/.exec(text) ?? []
  if (whole === undefined || fraction.length > digits) return undefined
  const minor = Number(`${whole}${fraction.padEnd(digits, '0')}`)
  return minor > 0 ? minor : undefined
}
