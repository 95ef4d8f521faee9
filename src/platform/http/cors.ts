/** Which pages of other origins may read answers. https://fetch.spec.whatwg.org/#http-cors-protocol */
import type { IncomingMessage } from 'node:http'

export type Cors = {
  /** Origins by name, or `*`; none: no page but our own. */
  readonly origins: readonly string[]
}

const exposed = 'Content-Location, ETag, Last-Modified, Location, X-Request-Id'

export function corsHeaders({ origins }: Cors, request: IncomingMessage): Record<string, string> {
  const { origin } = request.headers
  const any = origins.includes('*')
  if (origin === undefined) return any ? {} : { vary: 'Origin' }
  if (!any && !origins.includes(origin)) return { vary: 'Origin' }
  const allowed = { 'access-control-allow-origin': any ? '*' : origin, ...(!any && { vary: 'Origin' }) }
  if (request.method !== 'OPTIONS') return { ...allowed, 'access-control-expose-headers': exposed }
  return {
    ...allowed,
    'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '',
    'access-control-max-age': '600',
  }
}
