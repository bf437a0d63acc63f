import type { Language, Settings as StoredSettings } from '#shared/domain/settings.ts'
import type { TRANSACTION_TYPES, WAYS_TO_PAY } from '#shared/domain/texts/message-spec.ts'

/** What functions/cabinet answers, as far as the page reads it (docs/api/openapi.json has the whole). */

export type TransactionType = (typeof TRANSACTION_TYPES)[number]
export type Provider = (typeof WAYS_TO_PAY)[number]

export type Settings = StoredSettings
export type SettingsPatch = { [Name in keyof Settings]?: Settings[Name] }

export type Avatar = {
  id: string
  width: number
  height: number
  thumbhash: string
  urls: { '64': string; '256': string; '512': string }
  current: boolean
  createdAt: string
}

export type GalleryAvatar = Avatar & { uses: { usedFrom: string; usedTo: string | null }[] }

export type Balance = { coins: number; held: number; debt: number }

export type ServicePrice = { coins: number; per: 'use' | '1000 characters' }

export type Me = {
  user: {
    id: string
    telegramId: number
    username: string | null
    firstName: string | null
    createdAt: string
  }
  settings: Settings
  balance: Balance
  currentAvatar: Avatar | null
  deletion: { eraseAt: string } | null
  consent: { version: string; at: string } | null
  terms: { version: string }
  bot: { username: string }
  limits: { avatarBytes: number; transcriptBytes: number; avatarsRoom: number }
  languages: Language[]
  prices: { avatar: ServicePrice; transcript: ServicePrice }
}

export type Page<Item> = { items: Item[]; nextCursor: string | null }

export type Pack = {
  id: string
  coins: number
  title: Record<Language, string>
  prices: Record<string, number>
}

export type WayToPay = { id: Provider; currency: string }

export type Packs = { items: Pack[]; providers: WayToPay[] }

export type Invoice = { orderId: string; provider: Provider; url?: string }

export type Transaction = {
  id: string
  amount: number
  type: TransactionType
  description: string
  service: string | null
  reference: string | null
  priceVersion: string | null
  actor: string
  balanceAfter: number
  createdAt: string
}

type Work = { id: string; isKept: boolean }

export type Explanation = {
  kind: TransactionType
  balanceBefore: number
  units: number | null
  unitPrice: number | null
  payment: { id: string; provider: Provider; amount: number; currency: string; coins: number } | null
  refund: {
    id: string
    amount: number
    currency: string
    coins: number
    debtAdded: number
    origin: 'operator' | 'self_service' | 'outside'
  } | null
  hold: { id: string; coins: number; description: string; createdAt: string } | null
  avatar: Work | null
  transcript: Work | null
}

export type ExplainedTransaction = Transaction & { explanation: Explanation }

export type UsageWeek = {
  from: string
  services: { service: string | null; title: string; uses: number; coins: number }[]
}

export type Transcript = {
  id: string
  title: string
  language: string | null
  characters: number
  createdAt: string
}

export type Segment = { start?: number; end?: number; speaker?: string; text: string }

export type WholeTranscript = { transcript: Transcript; text: string; segments: Segment[] }

export type Hit = { start: number; end: number }

export type FoundTranscript = { transcript: Transcript; snippet: { text: string; hits: Hit[] } }

export type TranscriptUpload = { text: string; format: 'text' | 'srt' | 'vtt' | 'json'; title?: string }

export type ExportState = { state: string; progress: number }
