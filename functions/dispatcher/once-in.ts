/** People it is kept for at most; beyond that some hear a thing twice, which costs less than memory without a bound. */
const MOST_PEOPLE = 10_000

/**
 * A question with the answer yes for each person once in `ms`: whether to say now what would be a nuisance each time. Kept in the process alone:
 * another replica, or a restart, may say it once more.
 */
export const onceIn = (ms: number): ((telegramId: number, now: number) => boolean) => {
  const until = new Map<number, number>()
  return (telegramId, now) => {
    if ((until.get(telegramId) ?? 0) > now) return false
    if (until.size >= MOST_PEOPLE) until.clear()
    until.set(telegramId, now + ms)
    return true
  }
}
