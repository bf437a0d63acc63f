/** What `npm start -- --help` prints. */
export const HELP = `Kopeika on this machine: PostgreSQL, Redis, an S3 server, migrations, every function of stack.yml
behind a gateway, cron, a Telegram simulator with a chat page in the browser, and simulators of YooKassa and of speech to text.

  npm start                    starts it all; the last line is: ready <gateway url>
  npm start -- --watchdog      every function behind of-watchdog, as in its image (scripts/install-of-watchdog.sh)
  npm start -- --bundles       every function from its bundle, as in its image (npm run bundle); also with --watchdog
  npm start -- --help          this text
  npm start -- --version       the version

Ctrl-C stops everything in order and keeps the data; Ctrl-C once more kills. SIGUSR2 to the starter (its pid stands in stack.json)
puts a new process in the place of every function, one after the other and without a gap, after a change of their code.

Environment (all optional)
  KOPEIKA_HOME         where everything is kept                     .kopeika
  GATEWAY_PORT         port of the gateway; 0 = any free one        8080
  DATABASE_URL         your PostgreSQL 18, as the database's owner  embedded
  APP_DATABASE_URL     the functions' role there                    made by the start
  PGBOUNCER_POOL       a number: PgBouncer in transaction mode before the database, with so many connections
  REDIS_URL            your Redis                                   redis-server, own process
  S3_ENDPOINT          your S3 server, with S3_ACCESS_KEY and S3_SECRET_KEY
  RECOVER              auto: an empty or broken database is restored from the newest backup     off
  BACKUP_HEARTBEAT_URL called after each good backup
  TELEGRAM_BOT_TOKEN   a real bot; its updates come by long polling the simulator
  TELEGRAM_API_ROOT    another Bot API server                       https://api.telegram.org
  TELEGRAM_PROVIDER_TOKEN   payments in roubles inside Telegram     made up for the simulator
  YOOKASSA_SHOP_ID     a real shop, with YOOKASSA_SECRET_KEY        the simulator
  YOOKASSA_API_ROOT    another server of YooKassa's API             https://api.yookassa.ru
  YOOKASSA_TEST        true = a test shop: takes test payments only true with the simulator, else false
  YOOKASSA_RETURN_URL  where people land after paying               the chat page, or https://t.me/
  TRANSCRIBE_URL       speech to text, OpenAI-compatible            a simulator
  TRANSCRIBE_KEY, TRANSCRIBE_MODEL   for it                         none, whisper-1
  CABINET_URL          where people reach the cabinet               at the gateway
  OPERATOR_TELEGRAM_IDS     whose bot has the operator's side, and alerts: 123,456
  LOG_LEVEL            of the functions: debug, info, warn, error   info
  RATE_LIMITS          off = no rate limits, for benchmarks         on
  OF_WATCHDOG          the program for --watchdog                   fwatchdog of ~/.cache/kopeika/bin or PATH

Files in KOPEIKA_HOME
  stack.json           addresses and secrets of the running stack, for scripts and tests
  logs/<part>.log      what each part says
  secrets/, keys/      made on the first start; master-keys opens the texts: losing it loses them
  postgres/ s3/ telegram/ yookassa/   the data; redis/ holds no data
  cache/               compiled code, may be deleted
  watchdog/            lock files of --watchdog
  run/, starter.pid    which processes run; for the next start after a crash`
