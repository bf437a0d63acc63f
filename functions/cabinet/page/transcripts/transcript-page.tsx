import { useState } from 'preact/hooks'
import type { WholeTranscript } from '../api/types.ts'
import { useApp, useSpeech } from '../state/app-context.ts'
import { useLoaded } from '../state/use-loaded.ts'
import { goTo } from '../state/use-route.ts'
import { Bones } from '../ui/bones.tsx'
import { Card } from '../ui/card.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Failure } from '../ui/failure.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { Page } from '../ui/page.tsx'
import { ExportButtons } from './export-buttons.tsx'
import { RenameDialog } from './rename-dialog.tsx'
import { Segments } from './segments.tsx'

/** The text itself. */
const Reading = ({ whole }: { whole: WholeTranscript }) => {
  const { t, formats } = useSpeech()
  const { transcript, text, segments } = whole
  return (
    <>
      <Card title={t('take-away')} testId="export">
        <ExportButtons whole={whole} />
      </Card>
      <Card testId="text">
        <p class="soft small">
          {formats.moment(transcript.createdAt)} · {t('characters', { count: transcript.characters })}
        </p>
        {segments.length > 0 ? <Segments segments={segments} /> : <div class="prose">{text}</div>}
      </Card>
    </>
  )
}

/** One transcript: to read, to name anew, to take away, to delete. */
export const TranscriptPage = ({ id }: { id: string }) => {
  const { t, toast } = useSpeech()
  const { api, cache } = useApp()
  const { data, error, reload, put } = useLoaded(`transcript ${id}`, () => api.transcript(id))
  const [open, setOpen] = useState<'rename' | 'delete'>()
  const close = (): void => setOpen(undefined)
  const forget = (): void => {
    for (const name of [...cache.keys()]) {
      if (name === 'transcripts' || name.startsWith('found ')) cache.delete(name)
    }
  }
  const remove = async (): Promise<void> => {
    await api.deleteTranscript(id)
    forget()
    cache.delete(`transcript ${id}`)
    toast('done', t('transcript-deleted'))
    goTo({ page: 'transcripts' })
  }
  const actions = data !== undefined && (
    <>
      <IconButton icon="pencil" label={t('rename')} onPress={() => setOpen('rename')} />
      <IconButton icon="trash" isDanger label={t('delete')} onPress={() => setOpen('delete')} />
    </>
  )
  return (
    <Page
      title={data?.transcript.title ?? t('transcript')}
      back={{ href: '#/transcripts', label: t('back-to-transcripts') }}
      actions={actions}
      testId="page-transcript"
    >
      {data !== undefined && <Reading whole={data} />}
      {data === undefined && error !== undefined && <Failure error={error} onRetry={() => void reload()} />}
      {data === undefined && error === undefined && (
        <Card>
          <Bones rows={8} kind="line" />
        </Card>
      )}
      {open === 'rename' && data !== undefined && (
        <RenameDialog
          transcript={data.transcript}
          onClose={close}
          onRenamed={(transcript) => {
            forget()
            put({ ...data, transcript })
            close()
          }}
        />
      )}
      {open === 'delete' && (
        <Confirm title={t('transcript-delete-title')} yes={t('delete')} onYes={remove} onClose={close}>
          <p>{t('transcript-delete-ask')}</p>
        </Confirm>
      )}
    </Page>
  )
}
