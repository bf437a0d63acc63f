import type { CabinetApi } from '../api/cabinet-api.ts'
import { createIntention } from '../api/intention.ts'
import type { Provider } from '../api/types.ts'
import { createStore, type Store } from '../lib/store.ts'
import type { Telegram } from '../telegram/web-app.ts'

export type Order = { pack: string; provider: Provider; coins: number }

/** How a payment stands: nothing under way, being opened, waited for, not seen for a long time, given up, or there. */
export type PaymentState =
  | { kind: 'none' }
  | { kind: 'opening'; order: Order }
  | { kind: 'waiting' | 'late'; order: Order; url: string | undefined }
  | { kind: 'cancelled'; order: Order }
  | { kind: 'paid'; order: Order; coins: number }

export type Payments = {
  state: Store<PaymentState>
  /** Rejects where no invoice could be made. */
  start: (order: Order) => Promise<void>
  /** Looks at once instead of at the next turn. */
  check: () => Promise<void>
  dismiss: () => void
}

/** A tab that waits for its address: browsers block those that are opened later than at the press itself. */
type Tab = { goTo: (url: string) => void; close: () => void }

type Options = {
  api: Pick<CabinetApi, 'invoice' | 'transactions'>
  telegram: Pick<Telegram, 'isInside' | 'openInvoice' | 'openLink'>
  newKey: () => string
  openTab: () => Tab
  /** The coins are there: whatever shows a balance reads it anew. */
  credited: () => void
  schedule?: (work: () => void, ms: number) => unknown
}

const FIRST_LOOK_MS = 1_500
const SLOWEST_LOOK_MS = 15_000
const SLOWER = 1.25
/** About ten minutes of looking; a payment that comes later still comes, the person just isn't kept waiting. */
const MOST_LOOKS = 50
/** When the person is told that it takes longer than usual. */
const LATE_AFTER = 12

/** Opens an invoice and waits until its coins are in the ledger, whatever the payment window itself said. */
export const createPayments = ({
  api,
  telegram,
  newKey,
  openTab,
  credited,
  schedule = setTimeout,
}: Options): Payments => {
  const state = createStore<PaymentState>({ kind: 'none' })
  const intentions = new Map<string, ReturnType<typeof createIntention>>()
  let newestBefore: string | undefined
  /** Counts payments, so that the looks of a former one end. */
  let turn = 0

  const newest = async () => (await api.transactions({ limit: 1, type: 'top_up' })).items[0]

  const check = async (): Promise<void> => {
    const present = state.get()
    if (present.kind !== 'waiting' && present.kind !== 'late') return
    const entry = await newest().catch(() => undefined) // the next look will tell
    if (entry === undefined || entry.id === newestBefore || state.get() !== present) return
    state.set({ kind: 'paid', order: present.order, coins: entry.amount })
    credited()
  }

  const look = (mine: number, count: number): void => {
    if (mine !== turn || count >= MOST_LOOKS) return
    schedule(
      () => {
        if (mine !== turn) return
        void check().then(() => {
          const present = state.get()
          if (present.kind === 'waiting' && count >= LATE_AFTER) state.set({ ...present, kind: 'late' })
          if (present.kind === 'waiting' || present.kind === 'late') look(mine, count + 1)
        })
      },
      Math.min(SLOWEST_LOOK_MS, FIRST_LOOK_MS * SLOWER ** count),
    )
  }

  const intentionOf = ({ pack, provider }: Order) => {
    const name = `${pack} ${provider}`
    const intention = intentions.get(name) ?? createIntention(newKey)
    intentions.set(name, intention)
    return intention
  }

  const open = async (url: string, tab: Tab | undefined, mine: number): Promise<void> => {
    const invoice = telegram.openInvoice(url)
    if (invoice === undefined) {
      // where neither works, the link stands in the card that waits for the payment
      if (tab === undefined) telegram.openLink(url)
      else tab.goTo(url)
      return
    }
    const status = await invoice
    const present = state.get()
    if (mine !== turn || present.kind !== 'waiting') return
    if (status === 'cancelled' || status === 'failed') {
      turn += 1
      state.set({ kind: 'cancelled', order: present.order })
    }
  }

  return {
    state,
    check,
    dismiss: () => state.set({ kind: 'none' }),
    start: async (order) => {
      turn += 1
      const mine = turn
      const tab = telegram.isInside ? undefined : openTab()
      state.set({ kind: 'opening', order })
      try {
        newestBefore = (await newest())?.id
        const { url } = await intentionOf(order).run((key) =>
          api.invoice(key, { pack: order.pack, provider: order.provider }),
        )
        if (mine !== turn) return tab?.close()
        state.set({ kind: 'waiting', order, url })
        look(mine, 0)
        if (url === undefined) tab?.close()
        else void open(url, tab, mine)
      } catch (error) {
        tab?.close()
        if (mine === turn) state.set({ kind: 'none' })
        throw error
      }
    },
  }
}
