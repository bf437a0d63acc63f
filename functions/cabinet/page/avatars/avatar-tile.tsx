import { useState } from 'preact/hooks'
import type { GalleryAvatar } from '../api/types.ts'
import { useApp, useSpeech } from '../state/app-context.ts'
import { useAction } from '../state/use-action.ts'
import { AvatarImage } from '../ui/avatar-image.tsx'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'

type Props = { avatar: GalleryAvatar; onChanged: () => Promise<void>; onExpired: () => void }

/** One picture of the gallery and what can be done with it. */
export const AvatarTile = ({ avatar, onChanged, onExpired }: Props) => {
  const { t, formats, toast } = useSpeech()
  const { api, telegram } = useApp()
  const { isBusy, run } = useAction()
  const [isAsking, setAsking] = useState(false)
  const date = formats.day(avatar.createdAt)
  const choose = async (): Promise<void> => {
    const isDone = await run(async () => {
      await api.chooseAvatar(avatar.id)
      await onChanged()
    })
    if (!isDone) return
    telegram.vibrate('success')
    toast('done', t('avatar-chosen'))
  }
  const remove = async (): Promise<void> => {
    await api.deleteAvatar(avatar.id)
    await onChanged()
    toast('done', t('avatar-deleted'))
  }
  return (
    <article class={avatar.current ? 'tile current' : 'tile'} aria-label={t('avatar-of', { date })}>
      <AvatarImage avatar={avatar} size="256" alt={t('avatar-of', { date })} onExpired={onExpired} />
      {avatar.current && (
        <span class="badge">
          <Icon name="check" />
          {t('avatar-current')}
        </span>
      )}
      <div class="tile-delete">
        <IconButton
          icon="trash"
          isDanger
          label={t('avatar-delete', { date })}
          onPress={() => setAsking(true)}
        />
      </div>
      <div class="tile-foot">
        {avatar.current ? (
          <span class="soft small">{date}</span>
        ) : (
          <Button isBusy={isBusy} onPress={() => void choose()}>
            {t('avatar-choose')}
          </Button>
        )}
      </div>
      {isAsking && (
        <Confirm
          title={t('avatar-delete-title')}
          yes={t('delete')}
          onYes={remove}
          onClose={() => setAsking(false)}
        >
          <p>{avatar.current ? t('avatar-delete-current') : t('avatar-delete-ask')}</p>
        </Confirm>
      )}
    </article>
  )
}
