import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { personRoute } from '#shared/http/route.ts'
import { Id } from '#shared/http/subject.ts'
import { ask } from './ask.ts'
import { AVATAR_BYTES } from './limits.ts'
import { Avatars, ChosenAvatar, Deleted, UploadedAvatar } from './shapes.ts'

const AvatarPath = z.strictObject({ id: Id })

/** GET /api/avatars, newest first. */
export const showAvatars = personRoute({
  method: 'GET',
  path: '/api/avatars',
  summary: 'Avatars of the person of the session',
  answers: { 200: Avatars },
  run: async (context) => ({
    status: 200,
    body: await ask(context, { functionName: 'profile', method: 'GET', path: '/avatars' }, Avatars),
  }),
})

/** POST /api/avatars: the picture's bytes. */
export const uploadAvatar = personRoute<{ bytes: Buffer } | undefined>({
  method: 'POST',
  path: '/api/avatars',
  summary: 'Makes a picture the avatar of the person of the session, and charges for it',
  rawBody: { mediaTypes: /^image\/[\w.+-]+$/, parse: (bytes) => ({ bytes }) },
  bodyLimitBytes: AVATAR_BYTES,
  answers: { 200: UploadedAvatar, 201: UploadedAvatar },
  run: async (context) => {
    const { body, request } = context
    if (!body)
      throw new AppError('unsupported_media', { detail: 'Send a picture (Content-Type: image/...).' })
    const rawBody = { bytes: body.bytes, type: request.headers['content-type'] ?? '' }
    const uploaded = await ask(
      context,
      { functionName: 'avatar-upload', method: 'POST', rawBody },
      UploadedAvatar,
    )
    // the picture that the person had already costs nothing
    return { status: uploaded.transactionId === null ? 200 : 201, body: uploaded }
  },
})

/** POST /api/avatars/<id>/current */
export const chooseAvatar = personRoute({
  method: 'POST',
  path: '/api/avatars/:id/current',
  summary: 'Makes an avatar the current one',
  params: AvatarPath,
  answers: { 200: ChosenAvatar },
  run: async (context) => ({
    status: 200,
    body: await ask(
      context,
      { functionName: 'profile', method: 'POST', path: `/avatars/${context.params.id}/current` },
      ChosenAvatar,
    ),
  }),
})

/** DELETE /api/avatars/<id> */
export const deleteAvatar = personRoute({
  method: 'DELETE',
  path: '/api/avatars/:id',
  summary: 'Deletes an avatar',
  params: AvatarPath,
  answers: { 200: Deleted },
  run: async (context) => ({
    status: 200,
    body: await ask(
      context,
      { functionName: 'profile', method: 'DELETE', path: `/avatars/${context.params.id}` },
      Deleted,
    ),
  }),
})
