import { AppError } from '#shared/errors.ts'
import type { HttpRequest } from '#template/contract.ts'
import type { PublicAddress } from './public-address.ts'

const refused = (): AppError => new AppError('forbidden', { detail: 'Another page may not call this.' })

const isReading = ({ method }: HttpRequest): boolean => method === 'GET' || method === 'HEAD'

/**
 * Refuses calls that another site makes a browser send. `Sec-Fetch-Site` is the browser's own word, no page can change it; browsers that do not
 * send it name the page's origin with everything that changes something. Whoever sends neither is no browser, and has nobody else's cookie.
 * @throws AppError forbidden
 */
export const requireSameOrigin = (request: HttpRequest, { origin }: PublicAddress): void => {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) {
    // none: the person typed the address, or opened a bookmark
    if (site === 'same-origin' || (site === 'none' && isReading(request))) return
    throw refused()
  }
  const given = request.headers.origin
  if (given !== undefined && given !== origin) throw refused()
}
