import { useApp, useSpeech } from '../state/app-context.ts'
import { useLoaded } from '../state/use-loaded.ts'
import { goTo } from '../state/use-route.ts'
import { Bones } from '../ui/bones.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Failure } from '../ui/failure.tsx'
import { EntryFacts } from './entry-facts.tsx'
import { KIND_NAMES } from './kinds.ts'

/** Why the balance changed. */
export const EntryDialog = ({ id }: { id: string }) => {
  const { t, formats } = useSpeech()
  const { api } = useApp()
  const { data, error, reload } = useLoaded(`entry ${id}`, () => api.explain(id))
  return (
    <Dialog
      title={data === undefined ? t('entry') : t(KIND_NAMES[data.type])}
      onClose={() => goTo({ page: 'wallet' })}
      testId="entry"
    >
      {data !== undefined && (
        <>
          <p class={`entry-total ${data.amount < 0 ? 'out' : 'in'}`}>
            {formats.signed(data.amount)} <span>{t('coins-noun', { count: Math.abs(data.amount) })}</span>
          </p>
          <EntryFacts entry={data} />
        </>
      )}
      {data === undefined && error !== undefined && <Failure error={error} onRetry={() => void reload()} />}
      {data === undefined && error === undefined && <Bones rows={4} kind="line" />}
    </Dialog>
  )
}
