import { useState } from 'preact/hooks'
import { useApp, useSpeech } from '../state/app-context.ts'
import { useLoaded } from '../state/use-loaded.ts'
import { Bones } from '../ui/bones.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Empty } from '../ui/empty.tsx'
import { Failure } from '../ui/failure.tsx'
import { UsageChart } from './usage-chart.tsx'
import { UsageTable } from './usage-table.tsx'

const WEEKS = 8

/** Coins spent by week and service: as a drawing, and the same as a table. */
export const UsageCard = () => {
  const { t } = useSpeech()
  const { api } = useApp()
  const [isTable, setTable] = useState(false)
  const { data, error, reload } = useLoaded('usage', () => api.usage(WEEKS))
  const isEmpty = data?.weeks.every(({ services }) => services.every(({ coins }) => coins === 0)) === true
  const toggle = (
    <Button kind="quiet" aria-expanded={isTable} onPress={() => setTable(!isTable)}>
      {isTable ? t('usage-as-chart') : t('usage-as-table')}
    </Button>
  )
  return (
    <Card title={t('usage')} aside={data !== undefined && !isEmpty && toggle} testId="usage">
      {isEmpty && <Empty icon="wallet" title={t('usage-empty')} />}
      {data !== undefined && !isEmpty && !isTable && <UsageChart weeks={data.weeks} />}
      {data !== undefined && !isEmpty && isTable && <UsageTable weeks={data.weeks} />}
      {data === undefined && error !== undefined && <Failure error={error} onRetry={() => void reload()} />}
      {data === undefined && error === undefined && <Bones rows={1} kind="tile" />}
    </Card>
  )
}
