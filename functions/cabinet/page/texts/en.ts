import { enAccount } from './en-account.ts'
import { enFiles } from './en-files.ts'
import { enFrame } from './en-frame.ts'
import { enWallet } from './en-wallet.ts'

/** All Fluent sources of this language (projectfluent.org). */
export const sources: readonly string[] = [enFrame, enAccount, enWallet, enFiles]
