import type { Settings } from '#shared/domain/settings.ts'
import type { Client } from '#shared/platform/clients.ts'

/** Whether this caller may see the person's avatar: the bot and the cabinet are the person's own view, other programs are not. */
export const mayShowAvatar = (
  { settings }: { settings: Pick<Settings, 'avatarVisibility'> },
  caller: Pick<Client, 'internal'>,
): boolean => settings.avatarVisibility === 'everyone' || caller.internal
