import type { RedisClient } from './redis.ts'

/** Limits that are kept by person; each by one of the two ids. */
const LIMITS = ['chat', 'uploads', 'invoices', 'logins', 'visits'] as const

/** Takes everything out of Redis that names a person. Each key would run out by itself, within minutes. */
export const forgetPerson = async (
  redis: Pick<RedisClient, 'del'>,
  { userId, telegramId }: { userId: string; telegramId: number },
): Promise<void> => {
  const ids = [userId, String(telegramId)]
  const keys = [
    ...LIMITS.flatMap((limit) => ids.map((id) => `kopeika:rl:${limit}:{${id}}`)),
    `kopeika:{tg}:next:${telegramId}`,
  ]
  // one at a time: in a Cluster they lie on different nodes
  for (const key of keys) await redis.del(key)
}
