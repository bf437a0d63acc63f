import type { ComponentChildren } from 'preact'
import type { ExplainedTransaction } from '../api/types.ts'
import { useSpeech } from '../state/app-context.ts'
import { KIND_NAMES, KIND_REASONS } from './kinds.ts'

const ORIGINS = {
  operator: 'origin-operator',
  self_service: 'origin-self-service',
  outside: 'origin-outside',
} as const

const PAID_BY = { stars: 'way-stars', telegram: 'way-telegram', yookassa: 'way-yookassa' } as const

const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

/** The work that was paid for, where it still is. */
const Work = ({ entry: { explanation } }: { entry: ExplainedTransaction }) => {
  const { t } = useSpeech()
  const { avatar, transcript } = explanation
  const work = transcript ?? avatar
  if (work === null) return null
  const href = transcript === null ? '#/avatars' : `#/transcripts/${transcript.id}`
  const name = t(transcript === null ? 'work-avatar' : 'work-transcript')
  return (
    <Fact name={t('fact-work')}>
      {work.isKept ? <a href={href}>{name}</a> : t('work-gone', { work: name })}
    </Fact>
  )
}

/** Everything that explains one movement of coins. */
export const EntryFacts = ({ entry }: { entry: ExplainedTransaction }) => {
  const { t, formats } = useSpeech()
  const { explanation: why } = entry
  const saysMore = entry.description !== '' && entry.description !== t(KIND_NAMES[entry.type])
  return (
    <>
      <p>{t(KIND_REASONS[entry.type])}</p>
      <dl class="facts">
        {saysMore && <Fact name={t('fact-what')}>{entry.description}</Fact>}
        <Fact name={t('fact-when')}>{formats.moment(entry.createdAt)}</Fact>
        <Fact name={t('balance')}>
          {t('fact-balance', { before: why.balanceBefore, after: entry.balanceAfter })}
        </Fact>
        {why.units !== null && why.unitPrice !== null && (
          <Fact name={t('fact-price')}>{t('fact-units', { units: why.units, price: why.unitPrice })}</Fact>
        )}
        <Work entry={entry} />
        {why.payment !== null && (
          <>
            <Fact name={t('fact-paid')}>
              {formats.price(why.payment.amount, why.payment.currency)} · {t(PAID_BY[why.payment.provider])}
            </Fact>
            <Fact name={t('fact-payment')}>
              <span class="code">{why.payment.id}</span>
            </Fact>
          </>
        )}
        {why.refund !== null && (
          <Fact name={t('fact-refund')}>
            {formats.price(why.refund.amount, why.refund.currency)} · {t(ORIGINS[why.refund.origin])}
            {why.refund.debtAdded > 0 && `. ${t('fact-debt', { debt: why.refund.debtAdded })}`}
          </Fact>
        )}
        {why.hold !== null && (
          <Fact name={t('fact-hold')}>
            {t('fact-held', { coins: why.hold.coins, date: formats.moment(why.hold.createdAt) })}
          </Fact>
        )}
        {entry.priceVersion !== null && <Fact name={t('fact-version')}>{entry.priceVersion}</Fact>}
        <Fact name={t('fact-id')}>
          <span class="code">{entry.id}</span>
        </Fact>
      </dl>
    </>
  )
}
