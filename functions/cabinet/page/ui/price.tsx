import type { Me } from '../api/types.ts'
import { useApp, useSpeech } from '../state/app-context.ts'

/** What a use costs, said before anything is taken. */
export const Price = ({ service }: { service: keyof Me['prices'] }) => {
  const { t } = useSpeech()
  const { coins, per } = useApp().me.prices[service]
  return (
    <p class="soft small">
      {per === '1000 characters' ? t('price-thousand', { coins }) : t('price-use', { coins })}
    </p>
  )
}
