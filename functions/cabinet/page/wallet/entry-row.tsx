import type { Transaction } from '../api/types.ts'
import { useSpeech } from '../state/app-context.ts'
import { Icon } from '../ui/icon.tsx'
import { iconOf, KIND_NAMES } from './kinds.ts'

/** One movement of coins; it opens its explanation. */
export const EntryRow = ({ entry }: { entry: Transaction }) => {
  const { t, formats } = useSpeech()
  const sign = entry.amount < 0 ? 'out' : 'in'
  return (
    <a class="row entry" href={`#/wallet/${entry.id}`}>
      <span class={`row-sign ${sign}`}>
        <Icon name={iconOf(entry)} />
      </span>
      <span class="row-words">
        <span class="row-title">{entry.description || t(KIND_NAMES[entry.type])}</span>
        <span class="soft small">{formats.time(entry.createdAt)}</span>
      </span>
      <span class="row-end">
        <span class={`entry-amount ${sign}`}>{formats.signed(entry.amount)}</span>
        <span class="soft small">
          <span class="sr-only">{t('balance-after')} </span>
          {formats.number(entry.balanceAfter)}
        </span>
      </span>
    </a>
  )
}
