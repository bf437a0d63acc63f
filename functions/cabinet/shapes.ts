import { z } from 'zod'
import { CoinAmount, CoinBalance } from '#shared/domain/coins.ts'
import { Language, Settings } from '#shared/domain/settings.ts'
import { TRANSACTION_TYPES } from '#shared/domain/texts/message-spec.ts'
import { AvatarView, CurrencyCode, GalleryAvatarView, ProviderId, pageOf } from '#shared/http/schemas.ts'
import { Id, TelegramId } from '#shared/http/subject.ts'

/**
 * What the other functions answer, as far as the page is shown it: what they say besides is left out, so that nothing new of theirs gets to a
 * browser unseen.
 */

const Moment = z.iso.datetime()

export const Profile = z.object({
  user: z.object({
    id: Id,
    telegramId: TelegramId,
    username: z.string().nullable(),
    firstName: z.string().nullable(),
    createdAt: Moment,
  }),
  settings: Settings,
  balance: z.object({ coins: CoinBalance, held: CoinBalance, debt: CoinBalance }),
  currentAvatar: AvatarView.nullable(),
  deletion: z.object({ eraseAt: Moment }).nullable().default(null),
  consent: z.object({ version: z.string(), at: Moment }).nullable().default(null),
})

const LocalWords = z.object({ ru: z.string(), en: z.string() })

export const Packs = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      coins: CoinAmount,
      title: LocalWords,
      prices: z.record(CurrencyCode, z.int().positive()),
    }),
  ),
  providers: z.array(z.object({ id: ProviderId, currency: CurrencyCode })),
})

/** What a person pays for a file that they add here; a text is sold by its length in some places. */
const Price = z.object({ coins: CoinAmount, per: z.enum(['use', '1000 characters']) })

/** Everything that the page needs at its start. */
export const Me = Profile.extend({
  csrf: z.string(),
  terms: z.object({ version: z.string() }),
  /** The name is empty while Telegram cannot be asked. */
  bot: z.object({ username: z.string() }),
  limits: z.object({
    avatarBytes: z.int().positive(),
    transcriptBytes: z.int().positive(),
    /** How many avatars one person keeps. */
    avatarsRoom: z.int().positive(),
  }),
  prices: z.object({ avatar: Price, transcript: Price }),
  languages: z.array(Language),
})
export type Me = z.infer<typeof Me>

export const Order = z.object({ orderId: Id, provider: ProviderId, url: z.url().optional() })

const Transaction = z.object({
  id: Id,
  amount: z.int(),
  type: z.enum(TRANSACTION_TYPES),
  description: z.string(),
  service: z.string().nullable(),
  reference: z.string().nullable(),
  priceVersion: z.string().nullable(),
  actor: z.string(),
  balanceAfter: CoinBalance,
  createdAt: Moment,
})
export type Transaction = z.infer<typeof Transaction>

export const Transactions = pageOf(Transaction)

const Money = { amount: z.int(), currency: z.string(), coins: z.int() }
const Work = z.object({ id: Id, isKept: z.boolean() }).nullable()

export const ExplainedTransaction = Transaction.extend({
  explanation: z.object({
    kind: z.enum(TRANSACTION_TYPES),
    balanceBefore: CoinBalance,
    units: z.int().nullable(),
    unitPrice: z.int().nullable(),
    payment: z
      .object({ id: Id, provider: ProviderId, state: z.string(), ...Money, createdAt: Moment })
      .nullable(),
    refund: z
      .object({
        id: Id,
        paymentId: Id,
        ...Money,
        debtAdded: z.int(),
        state: z.string(),
        origin: z.enum(['operator', 'self_service', 'outside']),
        createdAt: Moment,
      })
      .nullable(),
    hold: z.object({ id: Id, coins: z.int(), description: z.string(), createdAt: Moment }).nullable(),
    avatar: Work,
    transcript: Work,
  }),
})

export const Avatars = z.object({ items: z.array(GalleryAvatarView) })
export const ChosenAvatar = z.object({ avatar: AvatarView })
export const UploadedAvatar = z.object({ avatar: AvatarView, transactionId: Id.nullable() })

const Transcript = z.object({
  id: Id,
  title: z.string(),
  language: z.string().nullable(),
  characters: z.int().positive(),
  createdAt: Moment,
})
export const Transcripts = pageOf(Transcript)
export const OneTranscript = z.object({ transcript: Transcript })
export const SavedTranscript = z.object({ transcript: Transcript, transactionId: Id })
export const WholeTranscript = z.object({
  transcript: Transcript,
  text: z.string(),
  segments: z.array(
    z.object({
      start: z.number().optional(),
      end: z.number().optional(),
      speaker: z.string().optional(),
      text: z.string(),
    }),
  ),
})
export const FoundTranscripts = pageOf(
  z.object({
    transcript: Transcript,
    snippet: z.object({
      text: z.string(),
      hits: z.array(z.object({ start: z.int(), end: z.int() })),
    }),
  }),
)

export const Deleted = z.object({ deleted: z.literal(true) })

export const Export = z.object({ exportId: Id })
export const ExportState = z.object({ state: z.string(), progress: z.number() })
export const Deletion = z.object({ eraseAt: Moment })
export const Consent = z.object({ consent: z.object({ version: z.string(), at: Moment }) })
