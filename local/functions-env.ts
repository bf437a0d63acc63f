import { join } from 'node:path'
import { operatorIdsOf } from './operators.ts'
import { backupEnv } from './parts/backup.ts'
import type { DatabasePart } from './parts/database.ts'
import { pageFolder } from './parts/page.ts'
import type { PartContext } from './parts/part.ts'
import type { RedisPart } from './parts/redis.ts'
import type { S3Part } from './parts/s3.ts'
import type { SpeechPart } from './parts/speech.ts'
import type { TelegramPart } from './parts/telegram.ts'
import type { YookassaPart } from './parts/yookassa.ts'
import { BUCKETS, REGION } from './services/s3-buckets.ts'

/** What stands beside the functions. */
export type Parts = {
  database: DatabasePart
  redis: RedisPart
  s3: S3Part
  telegram: TelegramPart
  yookassa: YookassaPart
  speech: SpeechPart
}

/** The gateway is the edge here: it names each caller's true address, and the simulator is on this machine. */
const YOOKASSA_NETWORKS = '127.0.0.0/8,::1/128'

/** The page of the cabinet as the bot's people reach it here, and who shows it in a frame: the simulator's chat page. */
const cabinetEnv = (
  { settings, home }: PartContext,
  parts: Parts,
  { gatewayUrl, bundles }: { gatewayUrl: string; bundles: boolean },
) => ({
  CABINET_URL: settings.cabinetUrl ?? `${gatewayUrl}/function/cabinet/`,
  CABINET_FRAME_ORIGINS: parts.telegram.page === undefined ? '' : framesOf(parts.telegram.page),
  // a bundle has its page beside it
  ...(bundles ? {} : { PAGE_DIR: pageFolder(home, 'cabinet') }),
})

/** The chat page may be opened under either name of this machine. */
const framesOf = (page: string): string => {
  const { port } = new URL(page)
  return `http://127.0.0.1:${port},http://localhost:${port}`
}

/** The whole environment of a function: secrets come as files, never here. */
export const functionsEnv = (context: PartContext, parts: Parts, gatewayUrl: string, bundles: boolean) => ({
  ...cabinetEnv(context, parts, { gatewayUrl, bundles }),
  ...commonEnv(context, parts, gatewayUrl),
})

const commonEnv = ({ root, settings, home }: PartContext, parts: Parts, gatewayUrl: string) => ({
  PATH: settings.path,
  HOME: settings.homeFolder,
  TZ: 'UTC',
  NODE_ENV: 'development',
  // as in stack.yml: glibc keeps an arena for each thread otherwise, and gives little of it back
  MALLOC_ARENA_MAX: '2',
  // compiled code is kept: from the second start on, and after a crash, a function is up in half the time
  NODE_COMPILE_CACHE: home.cache,
  SECRETS_DIR: home.secrets,
  S3_ENDPOINT: parts.s3.endpoint,
  S3_PUBLIC_ENDPOINT: parts.s3.endpoint,
  S3_REGION: REGION,
  S3_BUCKET_AVATARS: BUCKETS.avatars,
  S3_BUCKET_TRANSCRIPTS: BUCKETS.transcripts,
  S3_BUCKET_BACKUPS: BUCKETS.backups,
  ...backupEnv(root, settings),
  TELEGRAM_API_ROOT: parts.telegram.apiRoot,
  GATEWAY_URL: gatewayUrl,
  TARIFF_FILE: join(root, 'tariff.yml'),
  LOG_LEVEL: settings.logLevel,
  RATE_LIMITS: settings.rateLimits,
  YOOKASSA_NETWORKS,
  YOOKASSA_RETURN_URL: settings.yookassaReturnUrl ?? parts.telegram.page ?? 'https://t.me/',
  ...(parts.yookassa.shop === undefined ? {} : { YOOKASSA_API_ROOT: parts.yookassa.shop.apiRoot }),
  ...(parts.speech.url === undefined ? {} : { TRANSCRIBE_URL: parts.speech.url }),
  ...(parts.speech.model === undefined ? {} : { TRANSCRIBE_MODEL: parts.speech.model }),
  // empty: nobody
  OPERATOR_TELEGRAM_IDS: operatorIdsOf(settings) ?? '',
})
