import type { UsageWeek } from '../api/types.ts'
import { indexOf, seriesOf } from '../lib/chart.ts'
import { useSpeech } from '../state/app-context.ts'

/** The chart in numbers: a row for each week, a column for each service. */
export const UsageTable = ({ weeks }: { weeks: readonly UsageWeek[] }) => {
  const { t, formats } = useSpeech()
  const series = seriesOf(weeks, t('usage-others'))
  const coinsOf = ({ services }: UsageWeek, position: number): number =>
    services
      .filter(({ service }) => indexOf(series, service) === position)
      .reduce((sum, { coins }) => sum + coins, 0)
  return (
    // can be scrolled where there are many services, by keyboard too
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable
    <figure class="table-frame" aria-label={t('usage')} tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t('usage-from')}</th>
            {series.map(({ service, title }) => (
              <th key={service} scope="col" class="numeric">
                {title}
              </th>
            ))}
            <th scope="col" class="numeric">
              {t('usage-sum')}
            </th>
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week.from}>
              <th scope="row">{formats.shortDay(week.from)}</th>
              {series.map(({ service }, position) => (
                <td key={service} class="numeric">
                  {formats.number(coinsOf(week, position))}
                </td>
              ))}
              <td class="numeric">
                <b>{formats.number(week.services.reduce((sum, { coins }) => sum + coins, 0))}</b>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  )
}
