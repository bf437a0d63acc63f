import { useRef } from 'preact/hooks'
import type { UsageWeek } from '../api/types.ts'
import { layoutChart } from '../lib/chart.ts'
import { useSpeech } from '../state/app-context.ts'
import { useWidth } from '../state/use-width.ts'

const HEIGHT = 132
const LEFT = 34
const TOP = 10
const FOOT = 24
/** Narrower than this, every other week has its date. */
const LABEL_WIDTH = 54

/** Stacked columns, a week each. What it shows stands in the table too, so a screen reader is given its sum only. */
export const UsageChart = ({ weeks }: { weeks: readonly UsageWeek[] }) => {
  const { t, formats } = useSpeech()
  const frame = useRef<HTMLDivElement>(null)
  const width = useWidth(frame, 280)
  const { series, bars, ticks } = layoutChart(weeks, t('usage-others'), {
    width: width - LEFT,
    height: HEIGHT,
  })
  const total = bars.reduce((sum, { coins }) => sum + coins, 0)
  const every = (width - LEFT) / weeks.length < LABEL_WIDTH ? 2 : 1
  return (
    <div ref={frame} class="chart">
      <svg
        role="img"
        aria-label={t('usage-summary', { weeks: weeks.length, coins: total })}
        width={width}
        height={TOP + HEIGHT + FOOT}
      >
        <g transform={`translate(${LEFT} ${TOP})`}>
          {ticks.map(({ value, y }) => (
            <g key={value} class="chart-tick">
              <line x1="0" x2={width - LEFT} y1={y} y2={y} />
              <text x="-8" y={y + 4} text-anchor="end">
                {formats.number(value)}
              </text>
            </g>
          ))}
          {bars.map((bar, index) => (
            <g key={bar.from}>
              <title>{t('usage-week', { date: formats.shortDay(bar.from), coins: bar.coins })}</title>
              <rect class="chart-hit" x={bar.x - 4} y="0" width={bar.width + 8} height={HEIGHT} />
              {bar.segments.map((segment) => (
                <rect
                  key={segment.series}
                  class={`series-${segment.series}`}
                  x={bar.x}
                  y={segment.y}
                  width={bar.width}
                  height={Math.max(1, segment.height - 1)}
                  rx="3"
                />
              ))}
              {(weeks.length - 1 - index) % every === 0 && (
                <text class="chart-foot" x={bar.x + bar.width / 2} y={HEIGHT + 18} text-anchor="middle">
                  {formats.shortDay(bar.from)}
                </text>
              )}
            </g>
          ))}
        </g>
      </svg>
      <ul class="legend" aria-hidden="true">
        {series.map(({ service, title, coins }, index) => (
          <li key={service}>
            <span class={`legend-mark series-${index}`} />
            {title} <span class="soft">{formats.number(coins)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
