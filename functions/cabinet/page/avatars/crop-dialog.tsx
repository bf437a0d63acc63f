import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import { createIntention } from '../api/intention.ts'
import { firstCrop, outputSide, resizeCrop, sideForZoom, zoomOf } from '../lib/crop.ts'
import { useApp, useSpeech } from '../state/app-context.ts'
import { useAction } from '../state/use-action.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Note } from '../ui/note.tsx'
import { Price } from '../ui/price.tsx'
import { cutOut, drawCrop } from './draw-crop.ts'
import type { Picture } from './read-picture.ts'
import { useCropGestures } from './use-crop-gestures.ts'

/** Twice what is shown, for sharp screens. */
const PREVIEW = 640

type Props = { picture: Picture; onClose: () => void; onSaved: () => void }

/** Shows what will be seen of a picture, and sends it when the person is content. */
export const CropDialog = ({ picture, onClose, onSaved }: Props) => {
  const { t, toast } = useSpeech()
  const { api, newKey, telegram } = useApp()
  const { isBusy, error, run } = useAction('in place')
  const canvas = useRef<HTMLCanvasElement>(null)
  const zoomId = useId()
  const { bitmap, type } = picture
  const [crop, setCrop] = useState(() => firstCrop(bitmap))
  const intention = useMemo(() => createIntention(newKey), [picture, newKey])
  const gestures = useCropGestures(bitmap, setCrop)

  useEffect(() => {
    if (canvas.current !== null) drawCrop(canvas.current, bitmap, crop)
  }, [bitmap, crop])

  const save = async (): Promise<void> => {
    const isDone = await run(async () => {
      const image = await cutOut(bitmap, { crop, side: outputSide(crop), type })
      const { transactionId } = await intention.run((key) => api.uploadAvatar(key, image))
      toast('done', transactionId === null ? t('avatar-same') : t('avatar-saved'))
    })
    if (!isDone) return
    telegram.vibrate('success')
    onSaved()
  }
  return (
    <Dialog
      title={t('crop-title')}
      onClose={onClose}
      testId="crop"
      actions={
        <>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button kind="primary" isBusy={isBusy} onPress={() => void save()}>
            {t('crop-save')}
          </Button>
        </>
      }
    >
      <div class="crop-frame">
        <div
          class="crop-hold"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: moved by the arrow keys
          tabIndex={0}
          role="application"
          aria-label={t('crop-hint')}
          {...gestures}
        >
          <canvas ref={canvas} class="crop" width={PREVIEW} height={PREVIEW} />
        </div>
      </div>
      <div class="zoom">
        <label class="label" for={zoomId}>
          {t('crop-zoom')}
        </label>
        <input
          id={zoomId}
          type="range"
          min="0"
          max="1"
          step="0.01"
          value={zoomOf(crop, bitmap)}
          onInput={({ currentTarget }) => {
            const side = sideForZoom(currentTarget.valueAsNumber, bitmap)
            setCrop((before) => resizeCrop(before, bitmap, side))
          }}
        />
      </div>
      <Price service="avatar" />
      {error !== undefined && (
        <Note kind="error" isUrgent>
          {error}
        </Note>
      )}
    </Dialog>
  )
}
