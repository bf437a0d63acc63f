import type { Subject } from '#shared/db/users.ts'
import { checkImage } from '#shared/domain/image-policy.ts'
import { invalidInput } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import { subjectOf } from '#shared/http/subject.ts'
import { downloadTelegramFile } from '#shared/telegram/files.ts'

type Names = { userId?: string | undefined; telegramId?: number | undefined }

/** A picture: its bytes, or where Telegram keeps it. */
export type Upload = { bytes: Buffer } | (Names & { telegramFileId: string })

/** Bytes come with the person in the query, a Telegram file with the person beside it. @throws AppError invalid_input */
export const whose = (upload: Upload, query: Names): Subject => {
  if ('bytes' in upload) return subjectOf(query)
  if (query.userId !== undefined || query.telegramId !== undefined) {
    throw invalidInput('Name the person in the JSON body, not in the query.', [
      { path: 'userId', message: 'belongs into the body' },
    ])
  }
  return subjectOf(upload)
}

/**
 * The bytes of a picture that passed the cheap check.
 * @throws AppError as `checkImage`; file_not_found, too_large, upstream_failed, unavailable for a Telegram file
 */
export const readImage = async (
  resources: Resources,
  upload: Upload,
  signal: AbortSignal,
): Promise<Buffer> => {
  if ('bytes' in upload) return upload.bytes
  const { config, tariff, telegram } = resources
  if (!config.telegram) throw new Error('The function uses Telegram, but does not list it in its needs.')
  const { maxBytes } = tariff.limits.image
  const { bytes } = await downloadTelegramFile({
    ...config.telegram,
    api: telegram,
    fileId: upload.telegramFileId,
    maxBytes,
    signal,
  })
  checkImage(bytes, tariff.limits.image)
  return bytes
}
