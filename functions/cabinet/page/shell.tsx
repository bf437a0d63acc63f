import { useEffect } from 'preact/hooks'
import { AvatarsPage } from './avatars/avatars-page.tsx'
import { hrefOf, parentOf, type Route, sectionOf } from './lib/router.ts'
import { DeletionBanner } from './profile/deletion-banner.tsx'
import { ProfilePage } from './profile/profile-page.tsx'
import { SettingsPage } from './settings/settings-page.tsx'
import { useApp, useSpeech } from './state/app-context.ts'
import { useRoute } from './state/use-route.ts'
import { NewTranscriptPage } from './transcripts/new-transcript-page.tsx'
import { TranscriptPage } from './transcripts/transcript-page.tsx'
import { TranscriptsPage } from './transcripts/transcripts-page.tsx'
import { Nav } from './ui/nav.tsx'
import { WalletPage } from './wallet/wallet-page.tsx'

const Content = ({ route }: { route: Route }) => {
  switch (route.page) {
    case 'profile':
      return <ProfilePage />
    case 'wallet':
      return <WalletPage entry={route.entry} />
    case 'avatars':
      return <AvatarsPage />
    case 'transcripts':
      return <TranscriptsPage />
    case 'transcript':
      return <TranscriptPage key={route.id} id={route.id} />
    case 'new-transcript':
      return <NewTranscriptPage />
    case 'settings':
      return <SettingsPage />
  }
}

/** The cabinet of somebody who is logged in: navigation, and the page that the address names. */
export const Shell = () => {
  const { t } = useSpeech()
  const { telegram } = useApp()
  const route = useRoute()
  const parent = parentOf(route)
  const back = parent === undefined ? undefined : hrefOf(parent)
  useEffect(() => {
    if (back === undefined) return undefined
    return telegram.showBack(() => {
      location.hash = back
    })
  }, [telegram, back])
  return (
    <div class="shell">
      {/* biome-ignore lint/a11y/useValidAnchor: a link to a place of this page, as skip links are */}
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          // the address names pages, so this cannot be a link within one
          event.preventDefault()
          document.getElementById('content')?.focus()
        }}
      >
        {t('skip')}
      </a>
      <Nav section={sectionOf(route)} />
      <main id="content" class="content" tabIndex={-1}>
        <DeletionBanner />
        <Content route={route} />
      </main>
    </div>
  )
}
