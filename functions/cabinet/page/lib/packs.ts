import type { Pack, WayToPay } from '../api/types.ts'

/** A pack at its price for one way to pay. */
export type Offer = {
  pack: Pack
  amount: number
  currency: string
  /** How much less a coin costs than in the dearest pack, as a share; 0 where it costs the same. */
  saving: number
}

/** What can be bought this way; a pack without a price in its currency is not on offer. */
export const offersFor = (packs: readonly Pack[], { currency }: WayToPay): Offer[] => {
  const priced = packs.flatMap((pack) => {
    const amount = pack.prices[currency]
    return amount === undefined ? [] : [{ pack, amount, currency }]
  })
  const dearest = Math.max(...priced.map(({ pack, amount }) => amount / pack.coins))
  return priced.map((offer) => {
    const saving = 1 - offer.amount / offer.pack.coins / dearest
    // whole percents, rounded down: nothing is promised that is not so
    return { ...offer, saving: Math.floor(saving * 100 + 1e-9) / 100 }
  })
}
