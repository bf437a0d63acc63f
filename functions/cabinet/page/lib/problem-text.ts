import { Problem } from '../api/problem.ts'
import type { Translate } from '../texts/translate.ts'

/** What went wrong, for a person: what it means and what to do. Never the server's own (English) words. */
export const problemText = (t: Translate, error: unknown): string => {
  if (!(error instanceof Problem)) return t('problem-unknown')
  if (error.leftToday !== undefined) return t('problem-daily-limit', { left: error.leftToday })
  switch (error.code) {
    case 'offline':
      return t('problem-offline')
    case 'insufficient_funds':
      return t('problem-coins', { missing: error.missing ?? 0 })
    case 'rate_limited':
      return t('problem-rate', { seconds: error.retryAfterSeconds ?? 5 })
    case 'unavailable':
    case 'upstream_failed':
    case 'deadline':
    case 'in_progress':
      return t('problem-away')
    case 'too_large':
      return t('problem-too-large')
    case 'unsupported_media':
    case 'unprocessable_media':
      return t('problem-media')
    case 'invalid_input':
      return t('problem-input')
    case 'conflict':
      return t('problem-conflict')
    case 'unauthenticated':
      return t('problem-session')
    default:
      if (error.status === 404) return t('problem-gone')
      return error.requestId === undefined
        ? t('problem-unknown')
        : t('problem-number', { requestId: error.requestId })
  }
}
