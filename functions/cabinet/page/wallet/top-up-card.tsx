import { useState } from 'preact/hooks'
import type { Packs, Provider } from '../api/types.ts'
import { type Offer, offersFor } from '../lib/packs.ts'
import { useApp, useSpeech } from '../state/app-context.ts'
import { useAction } from '../state/use-action.ts'
import { useLoaded } from '../state/use-loaded.ts'
import { useStore } from '../state/use-store.ts'
import { Bones } from '../ui/bones.tsx'
import { Card } from '../ui/card.tsx'
import { Choice } from '../ui/choice.tsx'
import { Failure } from '../ui/failure.tsx'
import { PackButton } from './pack-button.tsx'
import { PaymentPanel } from './payment-panel.tsx'

const WAYS = { stars: 'way-stars', telegram: 'way-telegram', yookassa: 'way-yookassa' } as const

const Offers = ({ packs }: { packs: Packs }) => {
  const { t } = useSpeech()
  const { payments } = useApp()
  const { isBusy, run } = useAction()
  const [chosen, choose] = useState<Provider>()
  const [bought, setBought] = useState<string>()
  const way = packs.providers.find(({ id }) => id === chosen) ?? packs.providers[0]
  if (way === undefined) return <p class="soft">{t('top-up-closed')}</p>
  const buy = ({ pack }: Offer): void => {
    setBought(pack.id)
    void run(() => payments.start({ pack: pack.id, provider: way.id, coins: pack.coins }))
  }
  return (
    <>
      {packs.providers.length > 1 && (
        <Choice
          label={t('way')}
          value={way.id}
          options={packs.providers.map(({ id }) => ({ value: id, label: t(WAYS[id]) }))}
          onChange={choose}
        />
      )}
      <ul class="packs">
        {offersFor(packs.items, way).map((offer) => (
          <li key={offer.pack.id}>
            <PackButton
              offer={offer}
              isBusy={isBusy && bought === offer.pack.id}
              onPress={() => buy(offer)}
            />
          </li>
        ))}
      </ul>
      <p class="soft small">{t('top-up-once')}</p>
    </>
  )
}

/** Packs of coins, and what becomes of the payment. */
export const TopUpCard = () => {
  const { t } = useSpeech()
  const { api, payments } = useApp()
  const packs = useLoaded('packs', api.packs)
  const payment = useStore(payments.state)
  return (
    <Card title={t('top-up')} testId="top-up">
      <PaymentPanel payment={payment} />
      {packs.data !== undefined && <Offers packs={packs.data} />}
      {packs.data === undefined && packs.error !== undefined && (
        <Failure error={packs.error} onRetry={() => void packs.reload()} />
      )}
      {packs.data === undefined && packs.error === undefined && <Bones rows={3} />}
    </Card>
  )
}
