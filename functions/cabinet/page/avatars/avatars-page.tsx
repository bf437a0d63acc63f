import { useState } from 'preact/hooks'
import { useApp, useSpeech } from '../state/app-context.ts'
import { useLoaded } from '../state/use-loaded.ts'
import { Bones } from '../ui/bones.tsx'
import { Card } from '../ui/card.tsx'
import { Empty } from '../ui/empty.tsx'
import { Failure } from '../ui/failure.tsx'
import { Page } from '../ui/page.tsx'
import { AvatarTile } from './avatar-tile.tsx'
import { CropDialog } from './crop-dialog.tsx'
import { type Picture, readPicture } from './read-picture.ts'
import { UploadCard } from './upload-card.tsx'

/** The person's pictures: add, choose, delete. */
export const AvatarsPage = () => {
  const { t, toast } = useSpeech()
  const { api, me, session } = useApp()
  const avatars = useLoaded('avatars', api.avatars)
  const [picture, setPicture] = useState<Picture>()
  const take = async (file: Blob): Promise<void> => {
    const read = await readPicture(file, me.limits.avatarBytes)
    if (typeof read === 'string') toast('failed', t(read))
    else setPicture(read)
  }
  const refresh = async (): Promise<void> => {
    await Promise.all([avatars.reload(), session.resume()])
  }
  const items = avatars.data?.items
  return (
    <Page title={t('avatars')} testId="page-avatars">
      <UploadCard
        onPicture={(file) => void take(file)}
        isFull={(items?.length ?? 0) >= me.limits.avatarsRoom}
      />
      <Card
        title={t('gallery')}
        aside={
          items !== undefined && (
            <span class="soft small">
              {t('gallery-count', { count: items.length, most: me.limits.avatarsRoom })}
            </span>
          )
        }
        testId="gallery"
      >
        {items === undefined && avatars.error === undefined && <Bones rows={3} kind="tile" />}
        {items === undefined && avatars.error !== undefined && (
          <Failure error={avatars.error} onRetry={() => void avatars.reload()} />
        )}
        {items?.length === 0 && (
          <Empty icon="avatars" title={t('gallery-empty')}>
            <p class="soft">{t('gallery-empty-hint')}</p>
          </Empty>
        )}
        {items !== undefined && items.length > 0 && (
          <ul class="gallery">
            {items.map((avatar) => (
              <li key={avatar.id}>
                <AvatarTile avatar={avatar} onChanged={refresh} onExpired={() => void avatars.reload()} />
              </li>
            ))}
          </ul>
        )}
      </Card>
      {picture !== undefined && (
        <CropDialog
          picture={picture}
          onClose={() => setPicture(undefined)}
          onSaved={() => {
            setPicture(undefined)
            void refresh()
          }}
        />
      )}
    </Page>
  )
}
