import type { Offer } from '../lib/packs.ts'
import { useSpeech } from '../state/app-context.ts'
import { Coin } from '../ui/coin.tsx'

type Props = { offer: Offer; isBusy: boolean; onPress: () => void }

/** A pack at its price; pressing it opens the payment. */
export const PackButton = ({ offer, isBusy, onPress }: Props) => {
  const { t, formats, language } = useSpeech()
  const { pack, amount, currency, saving } = offer
  const price = formats.price(amount, currency)
  return (
    <button
      type="button"
      class="pack"
      aria-busy={isBusy}
      // no label: the name must hold the words that are seen
      aria-description={t('pack-buy', { coins: pack.coins, price })}
      onClick={() => {
        if (!isBusy) onPress()
      }}
    >
      <Coin />
      <span class="pack-words">
        <span class="pack-coins">{t('coins', { count: pack.coins })}</span>
        <span class="pack-title">
          <span class="soft small">{pack.title[language]}</span>
          {saving >= 0.01 && (
            <span class="saving">{t('pack-saving', { share: formats.percent(saving) })}</span>
          )}
        </span>
      </span>
      <span class="pack-price">{price}</span>
    </button>
  )
}
