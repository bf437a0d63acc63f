type None = Record<never, never>

/** Messages of profile and settings, and what they take. */
export type AccountMessages = {
  nameless: None
  since: { date: string }
  'your-avatar': None
  'change-avatar': None
  account: None
  'telegram-id': None
  'copy-telegram-id': None
  'account-id': None
  'copy-account-id': None
  'sign-out': None
  terms: None
  'terms-accepted': { date: string; version: string }
  'consent-ask': { version: string }
  'consent-newer': { version: string }
  'consent-yes': None
  'consent-read': None
  'consent-thanks': None
  'deletion-pending': { date: string }
  'deletion-undo': None
  'deletion-undone': None
  'language-and-time': None
  language: None
  'time-zone': None
  'time-zone-hint': None
  'time-zone-here': { zone: string }
  'zones-cities': None
  'zones-others': None
  notifications: None
  receipts: None
  'receipts-hint': None
  'low-balance': None
  'low-balance-threshold': None
  'low-balance-hint': None
  'quiet-hours': None
  'quiet-hours-hint': None
  'quiet-from': None
  'quiet-to': None
  'limits-and-privacy': None
  'daily-limit': None
  'daily-limit-coins': None
  'daily-limit-hint': None
  visibility: None
  'visibility-everyone': None
  'visibility-me': None
  'visibility-hint': None
  'coins-wrong': None
  'export-title': None
  'export-hint': None
  'export-download': None
  'export-to-chat': None
  'export-running': { share: string }
  'export-done': None
  'export-failed': None
  'account-delete-title': None
  'account-delete-hint': None
  'account-delete': None
  'account-delete-what': None
  'account-delete-grace': None
  'account-delete-type': { word: string }
  'account-delete-word': None
}
