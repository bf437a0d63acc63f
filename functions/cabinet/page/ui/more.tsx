import { useSpeech } from '../state/app-context.ts'
import type { Pages } from '../state/use-pages.ts'
import { Button } from './button.tsx'
import { Failure } from './failure.tsx'

/** What stands below a list that comes in pages. */
export const More = <Item,>({ pages }: { pages: Pages<Item> }) => {
  const { t } = useSpeech()
  if (pages.error !== undefined && pages.items !== undefined) {
    return <Failure error={pages.error} onRetry={() => void pages.loadMore()} />
  }
  if (pages.nextCursor === null) return null
  return (
    <div class="more">
      <Button isBusy={pages.isLoading} onPress={() => void pages.loadMore()}>
        {t('more')}
      </Button>
    </div>
  )
}
