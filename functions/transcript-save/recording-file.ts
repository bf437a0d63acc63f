import { type AudioInfo, sniffAudio } from '#shared/domain/audio/sniff-audio.ts'
import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import { downloadTelegramFile } from '#shared/telegram/files.ts'

/** The most that Telegram hands out to a bot. */
const MAX_RECORDING_BYTES = 20 * 1024 * 1024

/**
 * A recording from Telegram, known by its bytes.
 * @throws AppError file_not_found, too_large, unsupported_media (no recording that we take), unavailable, upstream_failed, deadline
 */
export const fetchRecording = async (
  { config, telegram }: Resources,
  telegramFileId: string,
  signal: AbortSignal,
): Promise<{ bytes: Buffer; info: AudioInfo }> => {
  if (!config.telegram) throw new Error('The function uses Telegram, but does not list it in its needs.')
  const { bytes } = await downloadTelegramFile({
    ...config.telegram,
    api: telegram,
    fileId: telegramFileId,
    maxBytes: MAX_RECORDING_BYTES,
    signal,
  })
  const info = sniffAudio(bytes)
  if (info) return { bytes, info }
  throw new AppError('unsupported_media', {
    detail: 'This is no recording: OGG, MP3, M4A/MP4, WAV, FLAC and WebM are taken.',
  })
}
