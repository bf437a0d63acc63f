import { useSpeech } from '../state/app-context.ts'

/** Grey lines in the place of rows that are being loaded. */
export const Bones = ({ rows, kind = 'row' }: { rows: number; kind?: 'row' | 'tile' | 'line' }) => {
  const { t } = useSpeech()
  return (
    <div class={`bones ${kind}s`} role="status">
      <span class="sr-only">{t('loading')}</span>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} class={`bone bone-${kind}`} />
      ))}
    </div>
  )
}
