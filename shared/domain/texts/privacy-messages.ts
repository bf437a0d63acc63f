import { BUTTON, COMMAND, html, plain } from './message-spec.ts'

/** Messages about a person's own data: terms, consent, export, erasure. */
export const PRIVACY_MESSAGES = {
  'command-export': plain(COMMAND, {}),
  'command-delete': plain(COMMAND, {}),
  'button-export': plain(BUTTON, {}),
  'button-delete': plain(BUTTON, {}),

  // the version of the terms
  'terms-version': html({ version: 'line', date: 'line?' }),
  'terms-on-start': html({ version: 'line' }),
  'terms-changed': html({ version: 'line' }),

  // everything that is held, as archives
  'export-progress': html({ percent: 'number' }),
  'export-running': html({ percent: 'number' }),
  'export-part': html({ part: 'number' }),
  'export-done': html({ parts: 'number' }),
  'export-failed': html({}),
  'export-readme': plain(4000, { date: 'line', contact: 'line' }),

  // erasure
  'deletion-explain': html({ coins: 'number', debt: 'number', days: 'number' }),
  'button-deletion-confirm': plain(BUTTON, {}),
  'button-deletion-keep': plain(BUTTON, {}),
  'deletion-scheduled': html({ date: 'line' }),
  'deletion-pending': html({ date: 'line' }),
  'deletion-reminder': html({ date: 'line' }),
  'button-deletion-undo': plain(BUTTON, {}),
  'deletion-undone': html({}),
  'deletion-none': html({}),
  'deletion-done': html({ coins: 'number' }),
} as const
