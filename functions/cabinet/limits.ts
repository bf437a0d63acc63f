/** Largest bodies in bytes: what avatar-upload and transcript-save take themselves. */
export const AVATAR_BYTES = 20 * 1024 * 1024
export const TRANSCRIPT_BYTES = 5 * 1024 * 1024
