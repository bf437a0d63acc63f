import { problemText } from '../lib/problem-text.ts'
import { useSpeech } from '../state/app-context.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'

/** Something could not be loaded: why, and another try. */
export const Failure = ({ error, onRetry }: { error: unknown; onRetry: () => void }) => {
  const { t } = useSpeech()
  return (
    <div class="failure" role="alert">
      <Icon name="warning" />
      <p>{problemText(t, error)}</p>
      <Button icon="refresh" onPress={onRetry}>
        {t('retry')}
      </Button>
    </div>
  )
}
