import { useState } from 'preact/hooks'
import { useApp, useSpeech } from '../state/app-context.ts'
import { Button } from '../ui/button.tsx'
import { DropZone } from '../ui/drop-zone.tsx'
import { FileButton } from '../ui/file-button.tsx'
import { Note } from '../ui/note.tsx'
import { Price } from '../ui/price.tsx'
import { CameraDialog } from './camera-dialog.tsx'

const TYPES = 'image/*'

/** Phones have a camera app that the picker opens; elsewhere the page shows what the camera sees. */
const hasCameraApp = (): boolean => matchMedia('(pointer: coarse)').matches

type Props = { onPicture: (file: Blob) => void; isFull: boolean }

/** Where new pictures come in: dropped, chosen, or taken at once. */
export const UploadCard = ({ onPicture, isFull }: Props) => {
  const { t } = useSpeech()
  const { me } = useApp()
  const [isCamera, setCamera] = useState(false)
  if (isFull) return <Note kind="info">{t('gallery-full', { most: me.limits.avatarsRoom })}</Note>
  return (
    <section class="card" aria-label={t('avatar-add')} data-testid="upload">
      <DropZone onFile={onPicture} hint={t('drop-picture')} label={t('avatar-add')}>
        <p class="drop-title">{t('avatar-add')}</p>
        <p class="soft small">{t('avatar-hint')}</p>
        <div class="buttons">
          <FileButton
            kind="primary"
            icon="upload"
            accept={TYPES}
            label={t('choose-file')}
            onFile={onPicture}
          />
          {hasCameraApp() ? (
            <FileButton
              icon="camera"
              accept={TYPES}
              capture="user"
              label={t('take-photo')}
              onFile={onPicture}
            />
          ) : (
            <Button icon="camera" onPress={() => setCamera(true)}>
              {t('take-photo')}
            </Button>
          )}
        </div>
        <Price service="avatar" />
      </DropZone>
      {isCamera && (
        <CameraDialog
          onClose={() => setCamera(false)}
          onPicture={(picture) => {
            setCamera(false)
            onPicture(picture)
          }}
        />
      )}
    </section>
  )
}
