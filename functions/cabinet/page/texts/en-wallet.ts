/** English: balance, top-up, usage, history. */
export const enWallet = `
balance = Balance
balance-free = Free to spend
balance-all = Coins in all
balance-held = Set aside for work in progress
balance-after = Balance after:
balance-debt = Owed after a refunded payment: { COINS($debt) }. Your next top-up pays it first.

top-up = Top up
top-up-do = Top up
top-up-closed = You cannot top up here right now. Look into the bot: the command is /topup.
top-up-once = Coins arrive right after the payment and never expire. If the payment window shows an error, check your balance first and do not pay again.
way = How to pay
way-stars = Stars
way-telegram = By card
way-yookassa = Card or SBP
pack-buy = Buy { COINS($coins) } for { $price }
pack-saving = save { $share }
payment-opening = Making the invoice…
payment-waiting = Waiting for the payment: { COINS($coins) }. They will appear here by themselves.
payment-late = No payment to be seen yet. If you have paid, do not pay again: it usually takes a minute.
payment-cancelled = The payment did not go through; nothing was taken. You can buy { COINS($coins) } again.
payment-paid = Done: { COINS($coins) } arrived!
payment-check = Check now
payment-open = Open the invoice

usage = Spent by week
usage-as-table = As a table
usage-as-chart = As a chart
usage-empty = Nothing spent yet
usage-others = Other
usage-summary =
    Spent in { $weeks ->
        [one] { NUMBER($weeks) } week
       *[other] { NUMBER($weeks) } weeks
    }: { COINS($coins) }. The table has the details.
usage-week = Week from { $date }: { COINS($coins) }
usage-from = Week from
usage-sum = Sum

history = History
history-filter = Which entries to show
history-all = All entries
history-empty = Your entries will stand here
history-empty-hint = The first one comes with a top-up or a charge.
history-none = No such entries
kind-bonus = Gift
kind-top-up = Top-up
kind-charge = Charge
kind-refund = Coins returned
kind-reversal = Payment refunded
kind-debt-payment = Debt paid off
kind-adjustment = Correction
kind-opening = Opening balance
why-bonus = You opened your account for the first time, and we gave you coins. There is one gift for a person.
why-top-up = Your payment has arrived.
why-charge = The work is done, and this is its price.
why-refund = We have returned your coins.
why-reversal = The payment was refunded, so the coins bought with it were taken back.
why-debt-payment = Coins of the refunded payment had been spent already. This debt is now paid off.
why-adjustment = An operator has corrected your account.
why-opening = Your balance was brought over from the former bot.

entry = Entry
fact-what = For what
fact-when = When
fact-balance = { NUMBER($before) } before, { NUMBER($after) } after
fact-price = Price
fact-units = { NUMBER($units) } × { COINS($price) }
fact-work = What came of it
work-avatar = Avatar
work-transcript = Transcript
work-gone = { $work }: deleted since
fact-paid = Paid
fact-payment = Payment number
fact-refund = Refunded
origin-operator = by an operator
origin-self-service = as you asked
origin-outside = by the payment system
fact-debt = Became a debt: { COINS($debt) }
fact-hold = Set aside
fact-held = { COINS($coins) }, { $date }
fact-version = Price version
fact-id = Entry number
`
