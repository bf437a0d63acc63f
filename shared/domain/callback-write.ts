import type { CallbackData } from './callback-data.ts'
import { writeOperatorButton } from './callback-operator.ts'
import { writePlace } from './callback-parts.ts'
import { writeSetting } from './callback-setting.ts'
import type { CardProvider } from './callback-words.ts'
import { packId } from './compact-id.ts'

const LETTER_OF_CARD = { telegram: 'c', yookassa: 'y' } as const satisfies Record<CardProvider, string>

/** A button's data as text. */
export const writeCallback = (data: CallbackData): string => {
  switch (data.kind) {
    case 'pack':
      return data.provider === undefined ? `p:${data.id}` : `p${LETTER_OF_CARD[data.provider]}:${data.id}`
    case 'packs':
      return `ps:${data.provider}`
    case 'check':
      return `c:${packId(data.id)}`
    case 'history':
      return `h${writePlace(data)}`
    case 'entry':
      return `e:${packId(data.id)}${writePlace(data)}`
    case 'usage':
      return data.page === undefined ? 'u' : `u:${data.page}`
    case 'holds':
      return 'hs'
    case 'refund':
      return `r:${packId(data.id)}`
    case 'refund-confirmed':
      return `rc:${packId(data.id)}:${data.amount}`
    case 'menu':
      return `${data.isBelow ? 'mb' : 'm'}:${data.screen}`
    case 'language':
      return `l:${data.language}`
    case 'avatar':
      return `a:${packId(data.id)}`
    case 'avatar-choose':
      return `ac:${packId(data.id)}`
    case 'avatar-delete':
      return `ad:${packId(data.id)}`
    case 'avatar-delete-confirmed':
      return `ax:${packId(data.id)}`
    case 'transcript':
      return `${data.isBelow ? 'tb' : 't'}:${packId(data.id)}`
    case 'transcripts':
      return data.cursor === undefined ? 'ts' : `ts:${packId(data.cursor)}`
    case 'transcript-file':
      return `tf:${packId(data.id)}:${data.format}`
    case 'transcript-rename':
      return `tr:${packId(data.id)}`
    case 'transcript-delete':
      return `td:${packId(data.id)}`
    case 'transcript-delete-confirmed':
      return `tx:${packId(data.id)}`
    case 'transcript-search':
      return 'tq'
    case 'keep-text':
      return `kt:${data.coins}`
    case 'recognise':
      return `v:${data.coins}:${data.seconds}`
    case 'decline':
      return 'n'
    case 'cancel':
      return 'x'
    case 'setting':
      return `s:${writeSetting(data)}`
    case 'setting-values':
      return data.page === undefined ? `sv:${data.name}` : `sv:${data.name}:${data.page}`
    case 'setting-ask':
      return `sa:${data.name}`
    case 'privacy':
      return `pv:${data.step}`
    case 'deletion-confirmed':
      return 'dx'
    case 'operator':
      return `o:${writeOperatorButton(data)}`
  }
}
