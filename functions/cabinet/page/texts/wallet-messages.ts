type None = Record<never, never>

/** Messages of the wallet, and what they take. */
export type WalletMessages = {
  balance: None
  'balance-free': None
  'balance-all': None
  'balance-held': None
  'balance-after': None
  'balance-debt': { debt: number }
  'top-up': None
  'top-up-do': None
  'top-up-closed': None
  'top-up-once': None
  way: None
  'way-stars': None
  'way-telegram': None
  'way-yookassa': None
  'pack-buy': { coins: number; price: string }
  'pack-saving': { share: string }
  'payment-opening': None
  'payment-waiting': { coins: number }
  'payment-late': None
  'payment-cancelled': { coins: number }
  'payment-paid': { coins: number }
  'payment-check': None
  'payment-open': None
  usage: None
  'usage-as-table': None
  'usage-as-chart': None
  'usage-empty': None
  'usage-others': None
  'usage-summary': { coins: number; weeks: number }
  'usage-week': { coins: number; date: string }
  'usage-from': None
  'usage-sum': None
  history: None
  'history-filter': None
  'history-all': None
  'history-empty': None
  'history-empty-hint': None
  'history-none': None
  'kind-bonus': None
  'kind-top-up': None
  'kind-charge': None
  'kind-refund': None
  'kind-reversal': None
  'kind-debt-payment': None
  'kind-adjustment': None
  'kind-opening': None
  'why-bonus': None
  'why-top-up': None
  'why-charge': None
  'why-refund': None
  'why-reversal': None
  'why-debt-payment': None
  'why-adjustment': None
  'why-opening': None
  entry: None
  'fact-what': None
  'fact-when': None
  'fact-balance': { after: number; before: number }
  'fact-price': None
  'fact-units': { price: number; units: number }
  'fact-work': None
  'work-avatar': None
  'work-transcript': None
  'work-gone': { work: string }
  'fact-paid': None
  'fact-payment': None
  'fact-refund': None
  'origin-operator': None
  'origin-self-service': None
  'origin-outside': None
  'fact-debt': { debt: number }
  'fact-hold': None
  'fact-held': { coins: number; date: string }
  'fact-version': None
  'fact-id': None
}
