import type { AccountMessages } from './account-messages.ts'
import type { FilesMessages } from './files-messages.ts'
import type { FrameMessages } from './frame-messages.ts'
import type { WalletMessages } from './wallet-messages.ts'

/** Every message of the page and what it takes. texts.test.ts proves that the Fluent files of both languages have just these. */
export type Messages = FrameMessages & AccountMessages & WalletMessages & FilesMessages
