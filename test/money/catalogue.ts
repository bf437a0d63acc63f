import { badInput, type CatalogueLine, fault } from '../support/catalogue.ts'

const FAULTS = 'test/money/faults.test.ts'
const INPUTS = 'test/money/webhook-inputs.test.ts'
const PROCESSES = 'test/money/processes.test.ts'
const OUTAGE = 'test/money/outage.test.ts'
const CRASH = 'test/money/crash-points.test.ts'
const DISPATCHER = 'functions/dispatcher/handler.test.ts'
const DISPATCHER_FAULTS = 'functions/dispatcher/faults.test.ts'
const REGISTER = 'functions/register/handler.test.ts'
const TOP_UP = 'functions/top-up/handler.test.ts'
const CHARGE = 'functions/charge/handler.test.ts'
const INPUT = 'shared/http/input.test.ts'
const IDEMPOTENCY = 'shared/db/idempotency.test.ts'
const CLIENT = 'shared/db/client.test.ts'
const REFUNDS = 'functions/top-up/refunds.test.ts'
const CARDS = 'functions/top-up/cards.test.ts'
const YOOKASSA = 'functions/payment-webhook/handler.test.ts'
const RECONCILE_STARS = 'functions/reconcile/stars.test.ts'
const RECONCILE_YOOKASSA = 'functions/reconcile/yookassa.test.ts'
const PRE_CHECKOUT = 'functions/dispatcher/pre-checkout.test.ts'
const GROUP = 'functions/charge/charge-group.test.ts'
const HOLDS = 'functions/charge/holds.test.ts'

/** What is covered of webhook, register, top-up, YooKassa and charge. A test proves that every named test is there. */
export const CATALOGUE: readonly CatalogueLine[] = [
  fault('the handler is killed at each of its crash points', [CRASH, '$name: the effect is there once']),
  fault('a function is killed in mid-load', [
    PROCESSES,
    'SIGKILL during 200 charges: each was taken once after all are repeated',
  ]),
  fault(
    'half-open PostgreSQL socket: 503 in <= 8 s, usable <= 5 s after it is healed',
    [FAULTS, 'charges: 503 within 8 s, and taken within 5 s after it is healed'],
    [FAULTS, 'a payment: 503 within 8 s, credited once after it is healed'],
    [CLIENT, 'fails the queries on it in time, and the pool works again once the line is healed'],
    [CLIENT, 'in the middle of a transaction fails it, and nothing of it stays'],
  ),
  fault('PostgreSQL killed or stopped under load: nothing acknowledged is lost', [
    OUTAGE,
    'PostgreSQL is %s under load: what was acknowledged is there, the rest is taken afterwards',
  ]),
  fault(
    'PostgreSQL away: 503, nothing of it in the answer',
    [CHARGE, '503 with the database away, and nothing of it in the answer'],
    [DISPATCHER_FAULTS, 'asks Telegram to come back in 5 s while the database is away'],
  ),
  fault('PostgreSQL read-only, failover to a replica', [
    FAULTS,
    'a replica after a failover: 503, and taken again as soon as there is a master',
  ]),
  fault(
    'deadlock and serialization failures: retried, none surfaces as 500',
    [
      FAULTS,
      'two replicas that charge two people crosswise, and lock them crosswise: every charge is taken, no 500',
    ],
    [FAULTS, '%s the first %d times: %d'],
    [
      'shared/db/transaction.test.ts',
      'two transactions crosswise deadlock; both succeed in the end, each once',
    ],
    ['shared/db/transaction.test.ts', '%s is tried again at most 3 times, then it surfaces'],
  ),
  fault(
    'Redis down or frozen: payments go on',
    [FAULTS, '%s: payments are all taken, and no slower than by 150 ms'],
    ['functions/top-up/limits.test.ts', 'Redis away: no invoices, but money that comes in is taken'],
  ),
  fault(
    'the same update 50 times on 8 replicas; the same charge in two updates',
    [FAULTS, '50 posts of one payment: credited once'],
    [FAULTS, 'one charge in ten different updates: credited once'],
    [DISPATCHER, 'gives one update posted 50 times in parallel one effect'],
    [TOP_UP, 'one charge is one credit: 50 deliveries at once under 50 keys, and again'],
  ),
  fault('poison update: dead letter after five times, the chat goes on', [
    DISPATCHER_FAULTS,
    'is a dead letter after five times, and the chat goes on',
  ]),
  fault('another function away: the update comes again, and is no poison', [
    DISPATCHER_FAULTS,
    'does not lose an update that another function could not handle, nor count it as poison',
  ]),
  fault('a handler that rejects under the template: 5xx, never 200', [
    'templates/node24-ts/server.test.ts',
    'that breaks the handler is 500 in every way, never a success, and the server goes on',
  ]),
  fault('a checkout query that comes too late: acknowledged, nothing reserved', [
    FAULTS,
    'delivered again after its time ("%s"): answered 200, nothing reserved',
  ]),
  fault('SIGTERM during 200 calls', [
    PROCESSES,
    'SIGTERM, twice, during 200 charges: what began is answered, nothing is lost or made twice, and it ends with 0',
  ]),
  fault(
    'a batch of charges: one blocked, one cut, many batches crosswise',
    [
      GROUP,
      'a key that another replica is just using holds up nobody for long: the others are charged, it is charged once',
    ],
    [GROUP, 'a wallet that stays locked beyond the limit of 2 s: 503 for its owner, 200 for everybody else'],
    [GROUP, 'a batch whose connection is cut: 503, and each key finds its own end'],
    [
      'shared/db/charge-batch.test.ts',
      'over the same wallets in all orders: no deadlock, nothing spent twice',
    ],
  ),
  fault(
    'checkout queries while parts are away: words within the time, nothing reserved',
    [PRE_CHECKOUT, 'is refused in words when the database is away'],
    [PRE_CHECKOUT, 'is refused in words when the database says nothing'],
    [PRE_CHECKOUT, 'waits for top-up, but not for ever: words come instead of a spinner'],
    [PRE_CHECKOUT, 'is refused in words when top-up %s'],
    [CARDS, 'pre-checkout answers in time when the database does not: not ok, in words'],
  ),
  fault(
    'an outage of 25 h: every missed charge is credited and named',
    [
      'test/money/outage-25h.test.ts',
      'every webhook about money lost for 25 h: reconcile credits every payment, reverses what went back, and names each',
    ],
    [
      RECONCILE_STARS,
      'every webhook lost: all payments are credited to who paid, and named in the audit log',
    ],
    [RECONCILE_YOOKASSA, 'a lost notification: credited once, named, and kept as matched'],
    [RECONCILE_YOOKASSA, 'the answer to our own request was lost as well: the list has it'],
    [RECONCILE_STARS, 'pages through a long book, and goes on where it ended'],
    [RECONCILE_STARS, 'a book that has shifted is read from its beginning'],
  ),
  fault(
    'a refund or a chargeback made outside: reversed once, debt for what was spent',
    [RECONCILE_STARS, 'a refund made outside takes the coins back; what was spent is owed'],
    [RECONCILE_STARS, 'a chargeback that Telegram calls something else is known by its id'],
    [RECONCILE_STARS, 'refunded before we had heard of the payment: credited and reversed in one run'],
    [
      RECONCILE_YOOKASSA,
      'a refund made in the cabinet, in parts: coins go back each time, what was spent is owed',
    ],
    [REFUNDS, 'one made outside takes the coins back once, however often it is told'],
    [REFUNDS, 'one made outside while ours is under way is told from it once ours has ended'],
    [REFUNDS, 'one made outside was taken for ours, which is then made too: both are booked'],
    [YOOKASSA, 'of coins that are spent becomes debt, with an alert'],
  ),
  fault(
    'reconcile: providers away, runs that die or meet, poison lines',
    [RECONCILE_STARS, 'Telegram away: 502 naming it, nothing changed, and the next run makes up for it'],
    [RECONCILE_YOOKASSA, 'YooKassa away: 502 naming it, while Stars are credited all the same'],
    [RECONCILE_STARS, 'a run that died between two lines left what it had done, and the next does the rest'],
    [RECONCILE_STARS, 'two at once: each line once, and both get figures'],
    [RECONCILE_STARS, 'racing the webhook for the same charge, 50 times: one credit each'],
    [RECONCILE_STARS, 'one poison line is reported and tried again; the others go on'],
  ),
  fault(
    'a refund whose answer was lost: one refund all the same',
    [
      REFUNDS,
      'unknown, and the key has been forgotten at YooKassa by the time reconcile asks: one refund all the same',
    ],
    [REFUNDS, 'Stars that were given back already count as done'],
    [REFUNDS, 'Telegram says %s: unknown, asked again'],
    [REFUNDS, 'refused: the coins are back, and the person and the operator hear of it'],
    [RECONCILE_YOOKASSA, 'a refund whose outcome was never learnt is brought to its end'],
  ),
  fault(
    'YooKassa: notification before our own answer, 50 at once, races, parts away',
    [YOOKASSA, 'the notification overtakes the answer to our own request'],
    [YOOKASSA, 'is credited once: 50 notifications at once, and again'],
    [YOOKASSA, 'the same charge by a notification, by "I have paid" and by reconcile at once'],
    [YOOKASSA, 'YooKassa away: 503 with a time to come back, and the next one is credited'],
    [YOOKASSA, 'the database away: 503'],
    [CARDS, 'the same call 20 times at once opens one payment at YooKassa'],
  ),
  fault('a transaction that breaks at its last statement leaves nothing', [
    TOP_UP,
    'a transaction that breaks leaves nothing, and the same key works afterwards',
  ]),

  badInput('[Webhook] no or wrong secret', [DISPATCHER, 'refuses a call %s']),
  badInput('[Webhook] other methods', [DISPATCHER, 'refuses %s'], [INPUTS, '%s: refused, nothing read']),
  badInput('[Webhook] no JSON, no update, unknown kinds, odd update ids', [
    DISPATCHER,
    'answers 200 with an empty body to %s, without effect',
  ]),
  badInput('[Webhook] 1.1 MB', [INPUTS, '1.1 MB: 413, and nothing is read of it']),
  badInput('[Webhook] JSON of depth 10,000', [INPUTS, '10,000 levels of %s: 200 or 413, without effect']),
  badInput(
    '[Webhook] update_id at its bounds and out of order',
    [INPUTS, 'the largest update_id is handled, and known again'],
    [INPUTS, 'an update_id that is far lower than the last one is no double'],
  ),
  badInput(
    '[Webhook] chat -100..., ids of 52 bits',
    [INPUTS, 'a person of 52 bits is stored exactly'],
    [INPUTS, 'a payment in a group of id -100...: the coins go to who paid'],
  ),
  badInput('[Webhook] another content type', [
    INPUTS,
    'JSON that calls itself %s: no 5xx, and no effect twice',
  ]),
  badInput('[Webhook] a bomb of gzip', [INPUTS, 'a bomb of gzip: never unpacked']),
  badInput('[Webhook] a known kind of an unknown shape', [
    DISPATCHER,
    'puts an update of a known kind and unknown shape aside with its body',
  ]),
  badInput('[Webhook] what no database text can hold', [
    DISPATCHER,
    'drops what no database text can hold, instead of failing',
  ]),

  badInput(
    '[Register] bots, anonymous admins, posts without a sender',
    [DISPATCHER, 'opens no account for bots and for posts without a sender'],
    [INPUTS, 'an anonymous admin and a post of a channel pay nothing and get no account'],
  ),
  badInput(
    '[Register] two /start at once: one account, one bonus',
    [INPUTS, 'two /start at once, on two updates: one account, one bonus'],
    [REGISTER, '20 at once under different keys: one account, one bonus'],
  ),
  badInput('[Register] a username that moves', [
    'shared/db/users.test.ts',
    'a username that went to somebody else moves nobody: people are known by their id',
  ]),
  badInput('[Register] fields that cannot be', [REGISTER, '400: %s']),

  badInput(
    '[Top-up] payload unknown, altered, of a foreign order; amount or currency differ',
    [TOP_UP, '%s: kept in suspense, told to the payer and to the operator'],
    [TOP_UP, 'refuses with a reason in the language of who pays'],
    [TOP_UP, 'refuses an expired invoice'],
  ),
  badInput('[Top-up] amount 0, negative, 1e21, "100", 1.5', [
    INPUTS,
    '%s: refused by top-up, and put aside by the dispatcher with its body, never dropped',
  ]),
  badInput(
    '[Top-up] a payment without its parts',
    [TOP_UP, '400 for %s'],
    [INPUTS, 'no payer: put aside with its body'],
  ),
  badInput(
    '[Top-up] one link paid twice, and by others',
    [TOP_UP, 'an invoice paid twice is credited twice'],
    [INPUTS, 'the link of one invoice paid by three people, and by one of them twice: four credits'],
    [INPUTS, 'paid for somebody else, with their invoice: the payer gets the coins, the other nothing'],
    [TOP_UP, 'a stranger who pays a forwarded invoice gets an account and the coins'],
  ),
  badInput('[Top-up] invoices that cannot be', [TOP_UP, 'refuses %s']),
  badInput(
    '[Top-up] refund by another person, twice, unknown, of too much, against the policy',
    [REFUNDS, 'refuses %s'],
    [REFUNDS, 'twice: once; under the same key: the first answer'],
    [REFUNDS, '20 at once under keys of their own: one'],
    [REFUNDS, 'the operator needs the scope admin; a person asks for the own payment only'],
    [REFUNDS, 'the policy holds for the person, not for the operator'],
    [REFUNDS, 'parts add up to the pack exactly, and never to more'],
    [REFUNDS, 'a part of Stars, which go back whole: 400'],
  ),
  badInput(
    '[Top-up] suspense resolved twice, by the wrong, against a refund',
    ['functions/top-up/suspense.test.ts', '20 at once: one'],
    ['functions/top-up/suspense.test.ts', 'needs the scope admin, a payment that waits, and a reason'],
    [
      'functions/top-up/suspense.test.ts',
      'is refused while it is resolved, and the other way round: one of both',
    ],
  ),

  badInput('[YooKassa] right body from the wrong address, or by a spoofed header', [
    YOOKASSA,
    '403 from %s, and YooKassa is not asked',
  ]),
  badInput(
    '[YooKassa] the body says succeeded, YooKassa says pending, another sum, another shop, a test',
    [YOOKASSA, 'pending or canceled at YooKassa, whatever the notification says: no coins'],
    [YOOKASSA, '%s at YooKassa: no coins, told once'],
  ),
  badInput(
    '[YooKassa] unknown ids, bodies that are none',
    [YOOKASSA, 'an id that YooKassa does not know: 200, logged'],
    [YOOKASSA, '%s: 200, counted, and YooKassa is not asked'],
  ),
  badInput(
    '[YooKassa] sums like 10.999, 1e3, 10,00; answers that are nonsense',
    ['shared/payments/yookassa-api.test.ts', 'a sum of %j is none'],
    ['shared/payments/yookassa-api.test.ts', '%s: nonsense'],
  ),

  badInput(
    '[Charge] no key, the same key again, at once, with other input',
    [CHARGE, '400 without a key, 401 without a token, 403 without the scope, 404, 405, 413, 415'],
    [CHARGE, '20 at once under one key take coins once'],
    [FAULTS, 'under one key through four replicas: coins are taken once'],
    [CHARGE, '422: a key that was used with other input'],
    [IDEMPOTENCY, 'the first still runs after lock_timeout: 409, and it was not disturbed'],
  ),
  badInput(
    '[Charge] cost 0, negative, NaN, more than the balance, 2^63',
    [CHARGE, '400: %s'],
    [CHARGE, '402 also for %d coins'],
    [CHARGE, '402 says what is missing; coins that are held do not count; the key is free afterwards'],
  ),
  badInput(
    '[Charge] 100 at once of 1 on 50: exactly 50',
    [
      CHARGE,
      '100 at once of 1 coin on a balance of 50: exactly 50 succeed, the rest is 402, the books close',
    ],
    [FAULTS, 'of 1 coin on 50 coins through four replicas: exactly 50'],
  ),
  badInput('[Charge] a key of another client', [
    CHARGE,
    'a key belongs to its client: the same key of another one is another charge',
  ]),
  badInput(
    '[Holds] amounts that cannot be, ends that come twice or too late',
    [HOLDS, '%j: %d'],
    [HOLDS, '%s %j: %d, and the hold stays'],
    [HOLDS, 'after it has run out: 409 that says so, and the coins are free'],
    [HOLDS, '50 at once of 10 coins on 100: ten fit'],
  ),
  badInput('[Any] JSON that hurts', [INPUT, 'of %s: 400 that names no internals'], [INPUT, 'with %s: 415']),
]
