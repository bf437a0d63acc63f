/** The places of the cabinet, as they stand in the address after `#`. */
export type Route =
  | { page: 'profile' }
  | { page: 'wallet'; entry?: string }
  | { page: 'avatars' }
  | { page: 'transcripts' }
  | { page: 'transcript'; id: string }
  | { page: 'new-transcript' }
  | { page: 'settings' }

/** The pages that the navigation shows, in its order. */
export const SECTIONS = ['profile', 'wallet', 'avatars', 'transcripts', 'settings'] as const
export type Section = (typeof SECTIONS)[number]

const ID = /^[\w-]{1,64}$/

/** The place that an address names; whatever is unknown leads to the profile. */
export const parseRoute = (hash: string): Route => {
  const [, first = '', second, third] = hash.replace(/^#/, '').split('/')
  if (second === undefined || second === '') {
    const section = SECTIONS.find((name) => name === first)
    return { page: section ?? 'profile' }
  }
  if (first === 'wallet' && ID.test(second) && third === undefined) return { page: 'wallet', entry: second }
  if (first === 'transcripts' && third === undefined) {
    if (second === 'new') return { page: 'new-transcript' }
    if (ID.test(second)) return { page: 'transcript', id: second }
  }
  return { page: SECTIONS.find((name) => name === first) ?? 'profile' }
}

export const hrefOf = (route: Route): string => {
  switch (route.page) {
    case 'profile':
      return '#/'
    case 'wallet':
      return route.entry === undefined ? '#/wallet' : `#/wallet/${route.entry}`
    case 'transcript':
      return `#/transcripts/${route.id}`
    case 'new-transcript':
      return '#/transcripts/new'
    default:
      return `#/${route.page}`
  }
}

/** The section that a place belongs to. */
export const sectionOf = ({ page }: Route): Section =>
  page === 'transcript' || page === 'new-transcript' ? 'transcripts' : page

/** The place that Back leads to, where it is no section of its own. */
export const parentOf = (route: Route): Route | undefined => {
  if (route.page === 'wallet' && route.entry !== undefined) return { page: 'wallet' }
  return route.page === 'transcript' || route.page === 'new-transcript' ? { page: 'transcripts' } : undefined
}
