import { hrefOf, SECTIONS, type Section } from '../lib/router.ts'
import { useApp, useSpeech } from '../state/app-context.ts'
import { Coin } from './coin.tsx'
import { Icon } from './icon.tsx'

/** Tabs at the bottom on a phone, a column at the side elsewhere. */
export const Nav = ({ section }: { section: Section }) => {
  const { t, formats } = useSpeech()
  const { coins, held, debt } = useApp().me.balance
  return (
    <nav class="nav" aria-label={t('sections')}>
      <p class="brand">
        <Coin />
        <span>{t('brand')}</span>
      </p>
      <ul>
        {SECTIONS.map((name) => (
          <li key={name}>
            <a href={hrefOf({ page: name })} {...(name === section ? { 'aria-current': 'page' } : {})}>
              <Icon name={name} />
              {name === 'transcripts' ? (
                <>
                  <span class="narrow">{t('transcripts-tab')}</span>
                  <span class="roomy">{t('transcripts')}</span>
                </>
              ) : (
                <span>{t(name)}</span>
              )}
            </a>
          </li>
        ))}
      </ul>
      <p class="nav-balance">
        <Coin />
        <span class="sr-only">{t('balance-free')}: </span>
        <span>{formats.number(Math.max(0, coins - held - debt))}</span>
      </p>
    </nav>
  )
}
