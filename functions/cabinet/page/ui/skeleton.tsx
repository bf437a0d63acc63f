import { useSpeech } from '../state/app-context.ts'

/** The page while nobody knows yet who is there; the same as index.html shows before the script runs. */
export const Skeleton = () => {
  const { t } = useSpeech()
  return (
    <div class="shell" role="status" data-testid="skeleton">
      <span class="sr-only">{t('loading')}</span>
      <div class="nav nav-blank" />
      <div class="content">
        <div class="page">
          <div class="page-head">
            <span class="bone bone-title" />
          </div>
          <div class="card bone-card" />
          <div class="card bone-card bone-tall" />
        </div>
      </div>
    </div>
  )
}
