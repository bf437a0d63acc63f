import type { UsageWeek } from '../api/types.ts'

/** What a colour stands for; `service` null is everything that has none of its own. */
export type Series = { service: string | null; title: string; coins: number }

export type Segment = { series: number; coins: number; y: number; height: number }

export type Bar = { from: string; coins: number; x: number; width: number; segments: Segment[] }

export type Chart = { series: Series[]; bars: Bar[]; ticks: { value: number; y: number }[]; top: number }

/** More colours than this cannot be told apart at a glance. */
const MOST_SERIES = 4

/** The services of all weeks, those that took most first; what has no colour or no name stands together at the end. */
export const seriesOf = (weeks: readonly UsageWeek[], others: string): Series[] => {
  const sums = new Map<string, Series>()
  let loose = 0
  for (const { service, title, coins } of weeks.flatMap(({ services }) => services)) {
    if (service === null) loose += coins
    else sums.set(service, { service, title, coins: coins + (sums.get(service)?.coins ?? 0) })
  }
  const named = [...sums.values()].filter(({ coins }) => coins > 0).toSorted((a, b) => b.coins - a.coins)
  const shown = named.slice(0, named.length > MOST_SERIES || loose > 0 ? MOST_SERIES - 1 : MOST_SERIES)
  const rest = named.slice(shown.length).reduce((sum, { coins }) => sum + coins, loose)
  return rest === 0 ? shown : [...shown, { service: null, title: others, coins: rest }]
}

/** A round number at or above the value: 1, 2 or 5 by a power of ten. */
export const roundUp = (value: number): number => {
  if (value <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power
}

/** Which of the series a service is counted to. */
export const indexOf = (series: readonly Series[], service: string | null): number => {
  const found = series.findIndex((one) => one.service === service)
  return found < 0 ? series.length - 1 : found
}

/** Where everything stands in a drawing of this size, the first week on the left. */
export const layoutChart = (
  weeks: readonly UsageWeek[],
  others: string,
  { width, height }: { width: number; height: number },
): Chart => {
  const series = seriesOf(weeks, others)
  const sums = weeks.map(({ services }) => services.reduce((sum, { coins }) => sum + coins, 0))
  const top = roundUp(Math.max(...sums, 0))
  const step = width / Math.max(1, weeks.length)
  const barWidth = Math.min(44, step * 0.62)
  const bars = weeks.map(({ from, services }, index) => {
    const coins = series.map((_, position) =>
      services
        .filter(({ service }) => indexOf(series, service) === position)
        .reduce((sum, one) => sum + one.coins, 0),
    )
    let y = height
    const segments = coins.flatMap((amount, position) => {
      const tall = (amount / top) * height
      y -= tall
      return amount === 0 ? [] : [{ series: position, coins: amount, y, height: tall }]
    })
    return {
      from,
      coins: sums[index] ?? 0,
      x: step * index + (step - barWidth) / 2,
      width: barWidth,
      segments,
    }
  })
  const ticks = [0, 0.5, 1].map((share) => ({ value: top * share, y: height * (1 - share) }))
  return { series, bars, ticks: ticks.filter(({ value }) => Number.isInteger(value)), top }
}
