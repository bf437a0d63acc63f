import { applySettings, type Settings, type SettingsPatch } from '#shared/domain/settings.ts'
import type { Tx } from './client.ts'

/** Changes some settings and answers with all of them. */
export const patchSettings = async (
  tx: Tx,
  user: { id: string; languageCode: string | null },
  patch: SettingsPatch,
): Promise<Settings> => {
  const [row]: [{ settings: unknown }?] = await tx`
    insert into user_states (user_id, state_data) values (${user.id}, jsonb_build_object('settings', ${tx.json(patch)}::jsonb))
    on conflict (user_id) do update set
      state_data = jsonb_set(user_states.state_data, '{settings}',
        coalesce(user_states.state_data -> 'settings', '{}') || (excluded.state_data -> 'settings')),
      updated_at = now()
    returning state_data -> 'settings' as settings`
  return applySettings(row?.settings, user.languageCode ?? undefined)
}
