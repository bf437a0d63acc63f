import { z } from 'zod'
import { CoinBalance } from '#shared/domain/coins.ts'
import { Id } from './subject.ts'

/** Parts of answers that several functions give. */
export const ProviderId = z.enum(['stars', 'telegram', 'yookassa'])
export const CurrencyCode = z.string().regex(/^[A-Z]{3}$/, 'must be a currency code of three letters')

export const BalanceView = z
  .strictObject({ coins: CoinBalance, held: CoinBalance })
  .meta({ id: 'Balance', description: 'Coins of a person; spendable = coins - held' })

export const AvatarView = z
  .strictObject({
    id: Id,
    width: z.int().positive(),
    height: z.int().positive(),
    thumbhash: z.string(),
    urls: z.strictObject({ '64': z.url(), '256': z.url(), '512': z.url() }),
    current: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Avatar', description: "width and height are the oriented source's; urls live at most 300 s" })

/** An avatar in a gallery: also when it was the person's face, newest first; the present span has no end. */
export const GalleryAvatarView = AvatarView.extend({
  uses: z.array(z.strictObject({ usedFrom: z.iso.datetime(), usedTo: z.iso.datetime().nullable() })),
}).meta({ id: 'GalleryAvatar' })

/** A page by keyset: send `nextCursor` as `cursor` for the next one; null at the end. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: Id.optional(),
}

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), nextCursor: Id.nullable() })
