import type { Config } from '#shared/platform/config.ts'

/** Where the gateway puts every function, where nobody has said more (CABINET_URL). */
const USUAL_PATH = '/function/cabinet/'

export type PublicAddress = {
  /** Undefined where CABINET_URL is not set. */
  origin: string | undefined
  /** With a slash at its end. */
  path: string
  /** Served over https, so far as is known: an unknown address is taken for a public one. */
  isSecure: boolean
}

/** Where people's browsers see the page. */
export const publicAddressOf = ({ cabinetUrl }: Pick<Config, 'cabinetUrl'>): PublicAddress => {
  if (cabinetUrl === undefined) return { origin: undefined, path: USUAL_PATH, isSecure: true }
  const { origin, pathname, protocol } = new URL(cabinetUrl)
  return { origin, path: pathname, isSecure: protocol === 'https:' }
}
