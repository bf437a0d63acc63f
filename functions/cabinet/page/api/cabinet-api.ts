import type { Change, Client } from './client.ts'
import type {
  Avatar,
  ExplainedTransaction,
  ExportState,
  FoundTranscript,
  GalleryAvatar,
  Invoice,
  Me,
  Packs,
  Page,
  Provider,
  Settings,
  SettingsPatch,
  Transaction,
  TransactionType,
  Transcript,
  TranscriptUpload,
  UsageWeek,
  WholeTranscript,
} from './types.ts'

/** Path and query, values escaped; what is undefined stays out. */
export const pathOf = (path: string, query: Record<string, string | number | undefined> = {}): string => {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}

const id = encodeURIComponent

/** Every call of the page, by name. Those that change something take the key of their intention. */
export const createApi = ({ read, change, fetch }: Client, newKey: () => string) => {
  const send = <Answer>(method: Change['method'], path: string, key: string, body?: Change['body']) =>
    change<Answer>({ method, path, key, ...(body === undefined ? {} : { body }) })
  return {
    me: () => read<Me & { csrf: string }>('api/me'),
    saveSettings: (patch: SettingsPatch) =>
      send<{ settings: Settings }>('PATCH', 'api/settings', newKey(), patch),
    consent: (terms: string) => send<unknown>('POST', 'api/consents', newKey(), { terms }),

    packs: () => read<Packs>('api/packs'),
    invoice: (key: string, order: { pack: string; provider: Provider }) =>
      send<Invoice>('POST', 'api/invoices', key, order),
    transactions: (
      query: { limit?: number; cursor?: string; type?: TransactionType },
      signal?: AbortSignal,
    ) => read<Page<Transaction>>(pathOf('api/transactions', query), signal),
    explain: (entry: string) => read<ExplainedTransaction>(`api/transactions/${id(entry)}`),
    usage: (weeks: number) => read<{ weeks: UsageWeek[] }>(pathOf('api/usage', { weeks })),

    avatars: () => read<{ items: GalleryAvatar[] }>('api/avatars'),
    uploadAvatar: (key: string, image: Blob) =>
      send<{ avatar: Avatar; transactionId: string | null }>('POST', 'api/avatars', key, image),
    chooseAvatar: (avatar: string) => send<unknown>('POST', `api/avatars/${id(avatar)}/current`, newKey()),
    deleteAvatar: (avatar: string) => send<unknown>('DELETE', `api/avatars/${id(avatar)}`, newKey()),

    transcripts: (query: { limit?: number; cursor?: string }, signal?: AbortSignal) =>
      read<Page<Transcript>>(pathOf('api/transcripts', query), signal),
    searchTranscripts: (query: { q: string; cursor?: string }, signal?: AbortSignal) =>
      read<Page<FoundTranscript>>(pathOf('api/transcripts/search', query), signal),
    transcript: (transcript: string) => read<WholeTranscript>(`api/transcripts/${id(transcript)}`),
    saveTranscript: (key: string, upload: TranscriptUpload) =>
      send<{ transcript: Transcript; transactionId: string }>('POST', 'api/transcripts', key, upload),
    renameTranscript: (transcript: string, title: string) =>
      send<{ transcript: Transcript }>('PATCH', `api/transcripts/${id(transcript)}`, newKey(), { title }),
    deleteTranscript: (transcript: string) =>
      send<unknown>('DELETE', `api/transcripts/${id(transcript)}`, newKey()),
    transcriptFile: (transcript: string, format: string) =>
      fetch(pathOf(`api/transcripts/${id(transcript)}/file`, { format })),

    startExport: (key: string) => send<{ exportId: string }>('POST', 'api/exports', key),
    exportState: (exportId: string) => read<ExportState>(`api/exports/${id(exportId)}`),
    archive: () => fetch('api/export'),
    askDeletion: (key: string) => send<{ eraseAt: string }>('POST', 'api/deletion', key),
    undoDeletion: () => send<undefined>('DELETE', 'api/deletion', newKey()),
  }
}

export type CabinetApi = ReturnType<typeof createApi>
