import type { z } from 'zod'
import type { Avatar } from '#shared/db/avatars.ts'
import type { Resources } from './resources.ts'
import type { AvatarView } from './schemas.ts'
import { bucketOf } from './stored-objects.ts'

/** Part of the public contract (design 11): no link lives longer. */
const LINK_SECONDS = 300

/** An avatar as callers see it: with fresh presigned links, and neither object keys nor the picture's hash. */
export const presentAvatar = async (
  resources: Resources,
  avatar: Pick<Avatar, 'id' | 'width' | 'height' | 'thumbhash' | 'keys' | 'current' | 'createdAt'>,
): Promise<z.infer<typeof AvatarView>> => {
  const bucket = bucketOf(resources, 'avatars')
  const link = (key: string): Promise<string> =>
    resources.storage.presignGet(bucket, key, LINK_SECONDS, {
      // part of the signature: whatever lies there, it is never served as a page or a script
      contentType: 'image/webp',
      // by Expires, not by max-age: a copy that is fetched in the link's last second is kept for that second
      cacheControl: 'private',
      expires: new Date(resources.clock() + LINK_SECONDS * 1_000),
    })
  const [small, medium, large] = await Promise.all([
    link(avatar.keys['64']),
    link(avatar.keys['256']),
    link(avatar.keys['512']),
  ])
  return {
    id: avatar.id,
    width: avatar.width,
    height: avatar.height,
    thumbhash: avatar.thumbhash,
    urls: { '64': small, '256': medium, '512': large },
    current: avatar.current,
    createdAt: avatar.createdAt.toISOString(),
  }
}
