import { isTelegramOutside, type Settings } from './settings.ts'

/** Who operates the bot on this machine where nobody else is named: a person of the simulator. */
const LOCAL_OPERATOR_ID = 900_000_001

/** OPERATOR_TELEGRAM_IDS as the functions get it. Undefined = nobody: with a real bot the operator must be named. */
export const operatorIdsOf = (settings: Settings): string | undefined =>
  settings.operatorTelegramIds ?? (isTelegramOutside(settings) ? undefined : String(LOCAL_OPERATOR_ID))
