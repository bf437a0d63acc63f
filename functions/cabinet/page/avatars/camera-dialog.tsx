import { useEffect, useRef, useState } from 'preact/hooks'
import { useSpeech } from '../state/app-context.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Note } from '../ui/note.tsx'

type Props = { onClose: () => void; onPicture: (picture: Blob) => void }

/** What the camera sees, and a button that takes it. The camera is off again as soon as the dialog is closed. */
export const CameraDialog = ({ onClose, onPicture }: Props) => {
  const { t } = useSpeech()
  const video = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<'asking' | 'on' | 'refused'>('asking')

  useEffect(() => {
    let stream: MediaStream | undefined
    let isClosed = false
    const stop = (): void => {
      for (const track of stream?.getTracks() ?? []) track.stop()
    }
    const start = async (): Promise<void> => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user', width: 1280 } })
        if (isClosed) return stop()
        if (video.current !== null) video.current.srcObject = stream
        setState('on')
      } catch {
        // no camera, not allowed, or not over https
        if (!isClosed) setState('refused')
      }
    }
    void start()
    return () => {
      isClosed = true
      stop()
    }
  }, [])

  const shoot = (): void => {
    const seen = video.current
    if (seen === null || seen.videoWidth === 0) return
    const canvas = document.createElement('canvas')
    canvas.width = seen.videoWidth
    canvas.height = seen.videoHeight
    canvas.getContext('2d')?.drawImage(seen, 0, 0)
    canvas.toBlob((picture) => picture && onPicture(picture), 'image/jpeg', 0.95)
  }
  return (
    <Dialog
      title={t('take-photo')}
      onClose={onClose}
      testId="camera"
      actions={
        <>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button kind="primary" icon="camera" disabled={state !== 'on'} onPress={shoot}>
            {t('shoot')}
          </Button>
        </>
      }
    >
      {state === 'refused' ? (
        <Note kind="warning" isUrgent>
          {t('camera-refused')}
        </Note>
      ) : (
        <div class="crop-frame">
          <video ref={video} class="camera" autoPlay playsInline muted aria-label={t('camera-view')} />
        </div>
      )}
    </Dialog>
  )
}
