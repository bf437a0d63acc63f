import { useState } from 'preact/hooks'
import type { Transaction } from '../api/types.ts'
import { FILTERS, type Filter, groupByDay, parseFilter } from '../lib/history.ts'
import { useApp, useSpeech } from '../state/app-context.ts'
import { usePages } from '../state/use-pages.ts'
import { useStore } from '../state/use-store.ts'
import { Bones } from '../ui/bones.tsx'
import { Card } from '../ui/card.tsx'
import { Empty } from '../ui/empty.tsx'
import { Failure } from '../ui/failure.tsx'
import { More } from '../ui/more.tsx'
import { EntryRow } from './entry-row.tsx'
import { KIND_NAMES } from './kinds.ts'

const PAGE = 15

const Days = ({ items }: { items: readonly Transaction[] }) => {
  const { formats } = useSpeech()
  return groupByDay(items, formats.day).map(({ day, items: entries }) => (
    <section key={entries[0]?.id} class="day" aria-label={day}>
      <h3>{day}</h3>
      <ul class="rows">
        {entries.map((entry) => (
          <li key={entry.id}>
            <EntryRow entry={entry} />
          </li>
        ))}
      </ul>
    </section>
  ))
}

/** The history for one filter; a payment that arrives starts it afresh. */
const Entries = ({ filter }: { filter: Filter }) => {
  const { t } = useSpeech()
  const { api } = useApp()
  const pages = usePages<Transaction>(`history ${filter}`, (cursor, signal) =>
    api.transactions(
      {
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
        ...(filter === 'all' ? {} : { type: filter }),
      },
      signal,
    ),
  )
  const { items } = pages
  if (items === undefined) {
    return pages.error === undefined ? (
      <Bones rows={5} />
    ) : (
      <Failure error={pages.error} onRetry={() => void pages.reload()} />
    )
  }
  if (items.length === 0) {
    return (
      <Empty icon="wallet" title={filter === 'all' ? t('history-empty') : t('history-none')}>
        {filter === 'all' && <p class="soft">{t('history-empty-hint')}</p>}
      </Empty>
    )
  }
  return (
    <>
      <Days items={items} />
      <More pages={pages} />
    </>
  )
}

export const HistoryCard = () => {
  const { t } = useSpeech()
  const { payments } = useApp()
  const [filter, setFilter] = useState<Filter>('all')
  const payment = useStore(payments.state)
  const picker = (
    <select
      class="select small"
      aria-label={t('history-filter')}
      value={filter}
      onChange={({ currentTarget }) => setFilter(parseFilter(currentTarget.value))}
    >
      <option value="all">{t('history-all')}</option>
      {FILTERS.map((kind) => (
        <option key={kind} value={kind}>
          {t(KIND_NAMES[kind])}
        </option>
      ))}
    </select>
  )
  return (
    <Card title={t('history')} aside={picker} testId="history">
      <Entries key={`${filter} ${payment.kind === 'paid'}`} filter={filter} />
    </Card>
  )
}
