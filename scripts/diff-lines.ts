/** Lines that differ, `-` as they stand in `before`, `+` as in `after`; equal ones are left out. '' where nothing differs. */
export function diffLines(before: string, after: string): string {
  const old = before.split('\n')
  const now = after.split('\n')
  const common = commonLengths(old, now)
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0
  const out: string[] = []
  let i = 0
  let j = 0
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      i++
      j++
    } else if (i < old.length && (j >= now.length || at(i + 1, j) >= at(i, j + 1))) {
      out.push(`-${old[i++]}`)
    } else {
      out.push(`+${now[j++]}`)
    }
  }
  return out.join('\n')
}

/** [i][j] = length of the longest common subsequence of old from i and now from j. Fine for a few thousand lines. */
function commonLengths(old: readonly string[], now: readonly string[]): Uint16Array[] {
  const table = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1))
  for (let i = old.length - 1; i >= 0; i--) {
    const row = table[i]
    const below = table[i + 1]
    if (!row || !below) continue
    for (let j = now.length - 1; j >= 0; j--) {
      row[j] = old[i] === now[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  return table
}
