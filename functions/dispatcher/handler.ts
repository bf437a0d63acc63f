import { defineFunction } from '#shared/http/define-function.ts'
import { publishMenuButton } from './cabinet-links.ts'
import { publishCommands } from './publish-commands.ts'
import { webhook } from './webhook.ts'

/** The Telegram webhook: secret, inbox, de-duplication, and the conversation; the work itself is done by the other functions. */
export const handler = defineFunction({
  name: 'dispatcher',
  needs: ['database', 'redis', 'telegram', 'webhook', 'signing'],
  // an avatar from the chat: download, re-encode and store take longer than an API call
  deadlineMs: 18_000,
  routes: [webhook],
  onStart: async (resources) => {
    publishCommands(resources)
    publishMenuButton(resources)
  },
})
