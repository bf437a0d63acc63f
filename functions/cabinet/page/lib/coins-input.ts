/** What a person typed as an amount of coins; spaces between the digits do no harm. Undefined for anything else. */
export const parseCoins = (text: string): number | undefined => {
  const digits = text.replace(/[\s\u00a0\u202f]/g, '')
  // fewer digits than numbers are exact to
  return /^\d{1,12}$/.test(digits) ? Number(digits) : undefined
}
