import { useApp, useSpeech } from '../state/app-context.ts'
import { saveFile } from '../state/save-file.ts'
import { useAction } from '../state/use-action.ts'
import { useStore } from '../state/use-store.ts'
import { BotLink } from '../ui/bot-link.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Note } from '../ui/note.tsx'

/** The archive under way for the chat. */
const Progress = () => {
  const { t, formats } = useSpeech()
  const { exports } = useApp()
  const present = useStore(exports.state)
  if (present.kind === 'none') return null
  if (present.kind === 'done') {
    return (
      <Note kind="info">
        <p>{t('export-done')}</p>
        <BotLink>{t('open-bot')}</BotLink>
      </Note>
    )
  }
  if (present.kind === 'failed') return <Note kind="error">{t('export-failed')}</Note>
  return (
    <div class="progress">
      <p>{t('export-running', { share: formats.percent(present.progress / 100) })}</p>
      <progress aria-label={t('export-title')} max="100" value={present.progress} />
    </div>
  )
}

/** Everything that is kept about the person, to take away: at once as a file, or made in the background for the chat. */
export const DataCard = () => {
  const { t } = useSpeech()
  const { api, exports } = useApp()
  const download = useAction()
  const start = useAction()
  const present = useStore(exports.state)
  return (
    <Card title={t('export-title')} testId="data">
      <p>{t('export-hint')}</p>
      <div role="status">
        <Progress />
      </div>
      <div class="buttons">
        <Button
          icon="download"
          isBusy={download.isBusy}
          onPress={() => void download.run(async () => saveFile(await api.archive(), 'kopeika.zip'))}
        >
          {t('export-download')}
        </Button>
        <Button
          isBusy={start.isBusy || present.kind === 'running'}
          onPress={() => void start.run(exports.start)}
        >
          {t('export-to-chat')}
        </Button>
      </div>
    </Card>
  )
}
