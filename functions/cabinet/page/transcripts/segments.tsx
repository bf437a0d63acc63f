import { useState } from 'preact/hooks'
import type { Segment } from '../api/types.ts'
import { clockOf } from '../lib/format.ts'
import { useSpeech } from '../state/app-context.ts'
import { Button } from '../ui/button.tsx'

/** A recording of hours has thousands of lines: so many are drawn at a time. */
const STEP = 400

/** Lines with their times and speakers. */
export const Segments = ({ segments }: { segments: readonly Segment[] }) => {
  const { t } = useSpeech()
  const [shown, setShown] = useState(STEP)
  return (
    <>
      <ol class="segments">
        {segments.slice(0, shown).map(({ start, speaker, text }, index) => (
          <li key={index}>
            {start !== undefined && <span class="segment-time">{clockOf(start)}</span>}
            <span class="segment-text">
              {speaker !== undefined && <b>{speaker}: </b>}
              {text}
            </span>
          </li>
        ))}
      </ol>
      {segments.length > shown && (
        <div class="more">
          <Button onPress={() => setShown(shown + STEP)}>{t('more')}</Button>
        </div>
      )}
    </>
  )
}
