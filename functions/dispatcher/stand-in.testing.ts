import { type DefinedFunction, defineFunction } from '#shared/http/define-function.ts'
import { baseHeaders } from '#shared/http/problem.ts'
import { openRoute } from '#shared/http/route.ts'

type Method = 'GET' | 'POST'
/** Gives the body of a 200, or throws the AppError that the function would answer with. */
type Play = (input: { path: string; body: unknown }) => unknown

/**
 * A function that answers what a test says, for what the real one does only when something outside goes wrong. Keys are its routes, such as
 * 'POST /refunds'; `calls` keeps what it was asked.
 */
export const standIn = (
  name: string,
  plays: Partial<Record<`${Method} /${string}`, Play>>,
): {
  fn: DefinedFunction
  calls: { route: string; path: string; body: unknown; key: string | undefined }[]
} => {
  const calls: { route: string; path: string; body: unknown; key: string | undefined }[] = []
  const routes = Object.keys(plays).map((route) => {
    const [method = 'GET', path = '/'] = route.split(' ')
    return openRoute({
      method: method === 'POST' ? 'POST' : 'GET',
      path,
      summary: 'Plays a part',
      answers: {},
      run: async ({ request, requestId }) => {
        const body: unknown =
          request.body.length === 0 ? undefined : JSON.parse(request.body.toString('utf8'))
        calls.push({ route, path: request.path, body, key: request.headers['idempotency-key'] })
        const play = plays[route as keyof typeof plays]
        return {
          status: 200,
          headers: { ...baseHeaders(requestId), 'content-type': 'application/json' },
          body: JSON.stringify(await play?.({ path: request.path, body })),
        }
      },
    })
  })
  return { fn: defineFunction({ name, needs: [], routes }), calls }
}
