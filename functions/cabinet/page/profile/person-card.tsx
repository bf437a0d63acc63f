import { useApp, useSpeech } from '../state/app-context.ts'
import { AvatarImage } from '../ui/avatar-image.tsx'
import { Icon } from '../ui/icon.tsx'

/** The first letters of a name, for people without a picture. */
const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => Array.from(word)[0]?.toUpperCase() ?? '')
    .join('')

export const PersonCard = () => {
  const { t, formats } = useSpeech()
  const { me, session } = useApp()
  const { firstName, username, createdAt } = me.user
  const name = firstName ?? username ?? t('nameless')
  return (
    <section class="card person-card" aria-label={name}>
      <a class="face" href="#/avatars" aria-label={t('change-avatar')}>
        {me.currentAvatar === null ? (
          <span class="initials" aria-hidden="true">
            {initialsOf(name)}
          </span>
        ) : (
          <AvatarImage
            avatar={me.currentAvatar}
            size="256"
            alt={t('your-avatar')}
            onExpired={() => void session.resume()}
          />
        )}
        <span class="face-edit" aria-hidden="true">
          <Icon name="pencil" />
        </span>
      </a>
      <div class="person-words">
        <p class="person-name">{name}</p>
        {username !== null && <p class="soft">@{username}</p>}
        <p class="soft">{t('since', { date: formats.day(createdAt) })}</p>
      </div>
    </section>
  )
}
