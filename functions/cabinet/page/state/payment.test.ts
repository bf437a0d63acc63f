import { expect, test, vi } from 'vitest'
import { Problem } from '../api/problem.ts'
import type { Invoice, Page, Transaction } from '../api/types.ts'
import { createPayments } from './payment.ts'

const ORDER = { pack: 'small', provider: 'stars', coins: 100 } as const
const URL_TO_PAY = 'https://t.me/$slug'

const pageOf = (id: string, amount: number): Page<Transaction> => ({
  items: [{ id, amount } as Transaction],
  nextCursor: null,
})

type World = {
  isInside?: boolean
  /** What Telegram's own window says; undefined where it cannot show one. */
  status?: Promise<string>
  invoice?: (key: string) => Promise<Invoice>
}

/** A wallet whose newest top-up can be changed, and a clock that moves when it is told to. */
const paymentsIn = ({ isInside = false, status, invoice }: World = {}) => {
  const world = { newest: pageOf('old', 50), due: [] as { work: () => void; ms: number }[] }
  const tab = { goTo: vi.fn<(url: string) => void>(), close: vi.fn<() => void>() }
  const credited = vi.fn<() => void>()
  const openLink = vi.fn<(url: string) => boolean>(() => true)
  let keys = 0
  const payments = createPayments({
    api: {
      transactions: async () => world.newest,
      invoice: async (key) => invoice?.(key) ?? { orderId: 'o', provider: 'stars', url: URL_TO_PAY },
    },
    telegram: { isInside, openInvoice: () => status, openLink },
    newKey: () => {
      keys += 1
      return `key-${keys}`
    },
    openTab: () => tab,
    credited,
    schedule: (work, ms) => world.due.push({ work, ms }),
  })
  /** Lets the next look happen. */
  const look = async (): Promise<void> => {
    world.due.shift()?.work()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { payments, world, tab, credited, openLink, look }
}

test('in a browser the tab that was opened at the press gets the address, and the coins are waited for', async () => {
  const { payments, world, tab, credited, look } = paymentsIn()
  await payments.start(ORDER)
  expect(tab.goTo).toHaveBeenCalledExactlyOnceWith(URL_TO_PAY)
  expect(payments.state.get()).toMatchObject({ kind: 'waiting', url: URL_TO_PAY })
  await look()
  expect(credited).not.toHaveBeenCalled()
  world.newest = pageOf('new', 100)
  await look()
  expect(payments.state.get()).toMatchObject({ kind: 'paid', coins: 100 })
  expect(credited).toHaveBeenCalledOnce()
  expect(world.due).toEqual([])
})

test('inside Telegram its own window opens, and its word alone credits nothing', async () => {
  const { payments, tab, openLink, look } = paymentsIn({ isInside: true, status: Promise.resolve('paid') })
  await payments.start(ORDER)
  await look()
  expect(payments.state.get().kind).toBe('waiting')
  expect(tab.goTo).not.toHaveBeenCalled()
  expect(openLink).not.toHaveBeenCalled()
})

test.each(['cancelled', 'failed'])('a window that was %s ends the waiting', async (status) => {
  const { payments, world, credited, look } = paymentsIn({ isInside: true, status: Promise.resolve(status) })
  await payments.start(ORDER)
  await vi.waitFor(() => expect(payments.state.get().kind).toBe('cancelled'))
  world.newest = pageOf('new', 100)
  await look()
  expect(credited).not.toHaveBeenCalled()
})

test('an app that shows no invoices opens the link', async () => {
  const { payments, openLink } = paymentsIn({ isInside: true })
  await payments.start(ORDER)
  expect(openLink).toHaveBeenCalledExactlyOnceWith(URL_TO_PAY)
})

test('a payment that is not seen for long is called late, looked for ever less often, and found still', async () => {
  const { payments, world, look } = paymentsIn()
  await payments.start(ORDER)
  const waits: number[] = []
  for (let turn = 0; turn < 20; turn += 1) {
    waits.push(world.due[0]?.ms ?? 0)
    await look()
  }
  expect(payments.state.get().kind).toBe('late')
  expect(waits).toEqual(waits.toSorted((one, other) => one - other))
  expect(waits.at(-1)).toBe(15_000)
  world.newest = pageOf('new', 100)
  await payments.check()
  expect(payments.state.get().kind).toBe('paid')
})

test('without a connection the same invoice is asked for again, not another one', async () => {
  const keys: string[] = []
  const { payments, tab } = paymentsIn({
    invoice: async (key) => {
      keys.push(key)
      if (keys.length === 1) throw new Problem(0, { code: 'offline' })
      return { orderId: 'o', provider: 'stars', url: URL_TO_PAY }
    },
  })
  await expect(payments.start(ORDER)).rejects.toMatchObject({ code: 'offline' })
  expect(payments.state.get()).toEqual({ kind: 'none' })
  expect(tab.close).toHaveBeenCalledOnce()
  await payments.start(ORDER)
  expect(keys).toEqual(['key-1', 'key-1'])
})

test('a payment that was put aside is not looked for any more', async () => {
  const { payments, world, credited, look } = paymentsIn()
  await payments.start(ORDER)
  payments.dismiss()
  world.newest = pageOf('new', 100)
  await look()
  expect(credited).not.toHaveBeenCalled()
  expect(payments.state.get()).toEqual({ kind: 'none' })
})
