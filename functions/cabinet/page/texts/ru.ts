import { ruAccount } from './ru-account.ts'
import { ruFiles } from './ru-files.ts'
import { ruFrame } from './ru-frame.ts'
import { ruWallet } from './ru-wallet.ts'

/** All Fluent sources of this language (projectfluent.org). */
export const sources: readonly string[] = [ruFrame, ruAccount, ruWallet, ruFiles]
