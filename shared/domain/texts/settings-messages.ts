import { TYPED_SETTINGS } from '../callback-setting.ts'
import { BUTTON, html, POP_UP, plain } from './message-spec.ts'

const ON_OFF = ['on', 'off'] as const
const LANGUAGES = ['ru', 'en'] as const
const WHO = ['everyone', 'me'] as const

/** The settings, and the questions about each of them. */
export const SETTINGS_MESSAGES = {
  'settings-title': html({
    language: LANGUAGES,
    city: 'line',
    time: 'line',
    receipts: ON_OFF,
    lowBalance: ON_OFF,
    threshold: 'number',
    dailyLimit: 'number?',
    quietHours: 'line?',
    avatar: WHO,
  }),
  'settings-button-receipts': plain(BUTTON, { state: ON_OFF }),
  'settings-button-low-balance': plain(BUTTON, { state: ON_OFF }),
  'settings-button-threshold': plain(BUTTON, { threshold: 'number' }),
  'settings-button-daily-limit': plain(BUTTON, { dailyLimit: 'number?' }),
  'settings-button-quiet-hours': plain(BUTTON, { quietHours: 'line?' }),
  'settings-button-time-zone': plain(BUTTON, { city: 'line' }),
  'settings-button-avatar': plain(BUTTON, { avatar: WHO }),
  'settings-saved': plain(POP_UP, {}),

  // the values of one setting: buttons, or words
  'settings-values': html({ name: TYPED_SETTINGS }),
  'settings-value': plain(BUTTON, { value: 'line', state: ON_OFF }),
  'settings-none': plain(BUTTON, { name: ['dailyLimit', 'quietHours'] }),
  'settings-type': plain(BUTTON, {}),
  'settings-ask': html({ name: TYPED_SETTINGS }),
  'settings-wrong': html({ name: TYPED_SETTINGS }),
  'settings-which-zone': html({}),
  'zone-button': plain(BUTTON, { city: 'line', time: 'line' }),

  'language-choose': html({}),
  'language-name': plain(BUTTON, { language: LANGUAGES }),
  'language-changed': html({}),
} as const
