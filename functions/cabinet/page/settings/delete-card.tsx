import { useState } from 'preact/hooks'
import { useApp, useSpeech } from '../state/app-context.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { DeleteDialog } from './delete-dialog.tsx'

/** The way to delete the account. */
export const DeleteCard = () => {
  const { t, formats } = useSpeech()
  const { me } = useApp()
  const [isAsking, setAsking] = useState(false)
  return (
    <Card title={t('account-delete-title')} kind="danger-card" testId="delete-account">
      {me.deletion === null ? (
        <>
          <p>{t('account-delete-hint')}</p>
          <Button kind="danger" icon="trash" onPress={() => setAsking(true)}>
            {t('account-delete')}
          </Button>
        </>
      ) : (
        <p>{t('deletion-pending', { date: formats.moment(me.deletion.eraseAt) })}</p>
      )}
      {isAsking && <DeleteDialog onClose={() => setAsking(false)} />}
    </Card>
  )
}
