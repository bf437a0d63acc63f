import { decodeTextBytes } from '#shared/domain/transcript/decode-bytes.ts'
import type { Resources } from '#shared/http/resources.ts'
import { downloadTelegramFile } from '#shared/telegram/files.ts'

/** As much as a body of this function may have. */
const MAX_FILE_BYTES = 5 * 1024 * 1024

/** The text of a document at Telegram. @throws AppError file_not_found, too_large, invalid_input (no text), upstream_failed, unavailable */
export const downloadText = async (
  { config, telegram }: Resources,
  telegramFileId: string,
  signal: AbortSignal,
): Promise<string> => {
  if (!config.telegram) throw new Error('The function uses Telegram, but does not list it in its needs.')
  const { bytes } = await downloadTelegramFile({
    ...config.telegram,
    api: telegram,
    fileId: telegramFileId,
    maxBytes: MAX_FILE_BYTES,
    signal,
  })
  return decodeTextBytes(bytes)
}
