/** What should be true of one person's wallet. Written to be read in a minute: the product is measured against it. */
export type Wallet = { coins: number; held: number; debt: number }

type Payment = { owner: string; amount: number; coins: number; refundedAmount: number; refundedCoins: number }
type Hold = { owner: string; coins: number; isActive: boolean }

/** The reference: balances, holds, payments and debt as rules say, without any database. */
export class ReferenceLedger {
  readonly wallets = new Map<string, Wallet>()
  readonly payments = new Map<string, Payment>()
  readonly holds = new Map<string, Hold>()

  wallet(owner: string): Wallet {
    const wallet = this.wallets.get(owner)
    if (!wallet) throw new Error(`${owner} has no wallet`)
    return wallet
  }

  /** The first time with the bonus. */
  register(owner: string, bonus: number): void {
    if (!this.wallets.has(owner)) this.wallets.set(owner, { coins: bonus, held: 0, debt: 0 })
  }

  free(owner: string): number {
    const { coins, held } = this.wallet(owner)
    return coins - held
  }

  /** Debt is paid by whatever is free. */
  #settle(wallet: Wallet): void {
    const paid = Math.min(wallet.debt, wallet.coins - wallet.held)
    wallet.debt -= paid
    wallet.coins -= paid
  }

  /** Once for each charge at a provider. */
  credit(charge: string, owner: string, amount: number, coins: number): void {
    if (this.payments.has(charge)) return
    this.payments.set(charge, { owner, amount, coins, refundedAmount: 0, refundedCoins: 0 })
    if (coins === 0) return
    const wallet = this.wallet(owner)
    wallet.coins += coins
    this.#settle(wallet)
  }

  charge(owner: string, coins: number): boolean {
    if (this.free(owner) < coins) return false
    this.wallet(owner).coins -= coins
    return true
  }

  hold(id: string, owner: string, coins: number): void {
    this.wallet(owner).held += coins
    this.holds.set(id, { owner, coins, isActive: true })
  }

  /** `captured` coins are taken, the rest is free again; 0 for a release or an expiry. */
  endHold(id: string, captured: number): void {
    const hold = this.holds.get(id)
    if (!hold?.isActive) throw new Error(`the hold ${id} is over`)
    hold.isActive = false
    const wallet = this.wallet(hold.owner)
    wallet.held -= hold.coins
    wallet.coins -= captured
    this.#settle(wallet)
  }

  /** Takes back the coins of a refunded amount; what is spent or held becomes debt. */
  refund(charge: string, amount: number): void {
    const payment = this.payments.get(charge)
    if (!payment) throw new Error(`no payment ${charge}`)
    payment.refundedAmount += amount
    const coins =
      Math.floor((payment.coins * payment.refundedAmount) / payment.amount) - payment.refundedCoins
    payment.refundedCoins += coins
    if (coins === 0) return
    const wallet = this.wallet(payment.owner)
    const taken = Math.min(coins, wallet.coins - wallet.held)
    wallet.coins -= taken
    wallet.debt += coins - taken
  }
}
