import { listAvatars } from '#shared/db/avatars.ts'
import {
  DATA_FILES,
  type DataFile,
  type DataRow,
  listProviderEntries,
  listWaitingMessages,
  readAccount,
  readPersonRows,
} from '#shared/db/person-data.ts'
import { getTranscript, listTranscripts, type TranscriptEntry } from '#shared/db/transcripts.ts'
import type { User } from '#shared/db/users.ts'
import { toCsv } from '#shared/domain/export/csv.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import { fetchSealed } from '#shared/http/sealed-text.ts'
import { bucketOf } from '#shared/http/stored-objects.ts'
import { openVault, type Vault } from '#shared/http/text-vault.ts'
import { writeTranscriptFile } from '#shared/platform/transcript-file.ts'

/** One file of an archive. `isStep`: with it, one more of the steps that `countSteps` has counted is done. */
export type Piece = { name: string; content: string | Buffer; isStep?: boolean }

type Source = { resources: Resources; user: User; signal: AbortSignal }

const MAX_IMAGE_BYTES = 16 * 1024 * 1024
const TRANSCRIPTS_PER_PAGE = 50

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

/** A table of rows: as JSON for programs, and as CSV for people. */
const tableOf = (name: string, rows: readonly DataRow[]): Piece[] => [
  { name: `${name}.json`, content: json(rows) },
  { name: `${name}.csv`, content: toCsv(rows), isStep: true },
]

async function* account({ resources, user }: Source): AsyncGenerator<Piece> {
  const { state, ...profile } = await readAccount(resources.sql, user.id)
  yield { name: 'profile.json', content: json({ ...profile, state }) }
  yield { name: 'settings.json', content: json(user.settings) }
}

const numbered = (file: DataFile, page: number): string => (page === 1 ? file : `${file}-${page}`)

async function* tables({ resources, user, signal }: Source): AsyncGenerator<Piece> {
  for (const file of DATA_FILES) {
    let page = 0
    for await (const rows of readPersonRows(resources.sql, file, user.id)) {
      signal.throwIfAborted()
      page += 1
      yield* tableOf(numbered(file, page), rows)
    }
    // an empty file says that there is nothing, where none would leave it open
    if (page === 0) yield* tableOf(file, [])
  }
  yield* tableOf('provider-entries', await listProviderEntries(resources.sql, user.id))
  yield* tableOf('waiting-messages', await listWaitingMessages(resources.sql, user.id))
}

const isMissing = (error: unknown): boolean =>
  (error instanceof AppError && error.code === 'file_not_found') ||
  (error instanceof Error && error.cause instanceof AppError && error.cause.code === 'file_not_found')

/** What a row names and the store has lost keeps nobody from getting the rest: its place says so. */
const orMissing = async (resources: Resources, name: string, get: () => Promise<Piece>): Promise<Piece> => {
  try {
    return await get()
  } catch (error) {
    if (!isMissing(error)) throw error
    resources.log.error({ err: error }, 'an object is missing from an export')
    return { name: `${name}-missing.txt`, content: 'This file is lost. / Этот файл потерян.\n' }
  }
}

async function* pictures({ resources, user, signal }: Source): AsyncGenerator<Piece> {
  const bucket = bucketOf(resources, 'avatars')
  for (const avatar of await listAvatars(resources.sql, user.id)) {
    for (const [side, key] of Object.entries(avatar.keys)) {
      const name = `avatars/${avatar.id}-${side}`
      yield await orMissing(resources, name, async () => ({
        name: `${name}.webp`,
        content: await resources.storage.get(bucket, key, { maxBytes: MAX_IMAGE_BYTES, signal }),
      }))
    }
    yield { name: `avatars/${avatar.id}.json`, content: json(avatar), isStep: true }
  }
}

async function* openedTranscript(
  { resources, user, signal }: Source,
  vault: Vault,
  entry: TranscriptEntry,
): AsyncGenerator<Piece> {
  const { id, title, createdAt, ...facts } = entry
  const described = { id, title: vault.openTitle(id, title), createdAt, ...facts }
  const name = `transcripts/${createdAt.toISOString().slice(0, 10)}-${id}`
  const { place } = await getTranscript(resources.sql, { userId: user.id, transcriptId: id })
  let content: ReturnType<Vault['openText']> | undefined
  yield await orMissing(resources, name, async () => {
    content = vault.openText(id, await fetchSealed(resources, place, signal))
    return { name: `${name}.json`, content: json({ ...described, ...content }) }
  })
  if (content) {
    const { body } = await writeTranscriptFile(described.title, content, 'txt')
    yield { name: `${name}.txt`, content: body, isStep: true }
  } else yield { name: `${name}.json`, content: json(described), isStep: true }
}

async function* transcripts(source: Source): AsyncGenerator<Piece> {
  const { resources, user, signal } = source
  let before: string | undefined
  do {
    const page = await listTranscripts(resources.sql, {
      userId: user.id,
      limit: TRANSCRIPTS_PER_PAGE,
      before,
    })
    if (page.items.length === 0) return
    const vault = await openVault(resources, user.id)
    for (const entry of page.items) {
      signal.throwIfAborted()
      yield* openedTranscript(source, vault, entry)
    }
    before = page.nextCursor ?? undefined
  } while (before !== undefined)
}

/**
 * Everything that is held about a person, file after file, in the order of an archive: read me, the account, tables, pictures, texts. What is
 * deleted meanwhile is left out.
 */
export async function* listContents(source: Source): AsyncGenerator<Piece, void, undefined> {
  const { resources } = source
  const values = {
    date: new Date(resources.clock()).toISOString().slice(0, 16).replace('T', ' '),
    contact: resources.tariff.support.contact,
  }
  const readMe = [text('ru', 'export-readme', values), text('en', 'export-readme', values)].join(
    '\n\n---\n\n',
  )
  yield { name: 'README.txt', content: `\uFEFF${readMe}\n` }
  yield* account(source)
  yield* tables(source)
  yield* pictures(source)
  yield* transcripts(source)
}
