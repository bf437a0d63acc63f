/**
 * Drops what no PostgreSQL text or jsonb can hold: NUL, and halves of surrogate pairs. A chat text is never refused for
 * them (over HTTP it is: there the caller can mend it).
 */
export const cleanText = (text: string): string => text.replace(/\0|\p{Surrogate}/gu, '')
