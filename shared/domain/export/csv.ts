/** A spreadsheet would take a text that begins like this for a formula, and run it. */
const FORMULA = /^[=+\-@\t\r]/

const cellOf = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  const words = typeof value === 'object' ? JSON.stringify(value) : String(value)
  const harmless = typeof value === 'string' && FORMULA.test(words) ? `'${words}` : words
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** Rows as CSV (RFC 4180, with a byte order mark: spreadsheets then read UTF-8); the columns are those of all rows together. */
export const toCsv = (rows: readonly Record<string, unknown>[]): string => {
  const columns = [...new Set(rows.flatMap(Object.keys))]
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))]
  return `\uFEFF${lines.map((cells) => cells.map(cellOf).join(',')).join('\r\n')}\r\n`
}
