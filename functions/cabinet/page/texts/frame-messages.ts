type None = Record<never, never>

/** Messages of navigation, log-in and what went wrong, and what they take. */
export type FrameMessages = {
  brand: None
  'document-title': { page: string }
  sections: None
  skip: None
  profile: None
  wallet: None
  avatars: None
  transcripts: None
  'transcripts-tab': None
  settings: None
  coins: { count: number }
  'coins-noun': { count: number }
  characters: { count: number }
  close: None
  cancel: None
  save: None
  saved: None
  'not-saved': { why: string }
  delete: None
  rename: None
  retry: None
  more: None
  clear: None
  loading: None
  copied: None
  'copy-failed': None
  'choose-file': None
  'open-bot': None
  'price-use': { coins: number }
  'price-thousand': { coins: number }
  'login-title': None
  'login-none': None
  'login-link': None
  'login-data': None
  'login-signed-out': None
  'login-cookies': None
  'login-step-bot': None
  'login-step-menu': None
  'login-step-link': None
  'login-again': None
  'session-over': None
  'session-over-hint': None
  'session-check': None
  'session-still-over': None
  'problem-offline': None
  'problem-away': None
  'problem-rate': { seconds: number }
  'problem-coins': { missing: number }
  'problem-daily-limit': { left: number }
  'problem-too-large': None
  'problem-media': None
  'problem-input': None
  'problem-conflict': None
  'problem-session': None
  'problem-gone': None
  'problem-unknown': None
  'problem-number': { requestId: string }
}
