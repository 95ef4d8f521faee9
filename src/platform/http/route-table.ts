/**
 * Routes by address, without a listener: which methods an address has (405's Allow, OPTIONS), and which route answers a
 * request made inside this process. Never on the way of a request from outside.
 */
import type { Route } from './port.ts'

export function methodsAt(routes: readonly Route[], path: string): string[] {
  const methods = routes.filter((route) => patternOf(route.path).test(bare(path))).map(({ method }) => method)
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].sort()
}

/** The route that fastify would choose: where two fit, the one with fixed text where the other has a parameter. */
export function routeFor(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | undefined {
  const fitting = routes
    .filter((route) => route.method === method && patternOf(route.path).test(bare(path)))
    .sort((one, other) => (shape(one.path) < shape(other.path) ? -1 : 1))
  const route = fitting[0]
  if (!route) return undefined
  const groups = patternOf(route.path).exec(bare(path))?.groups ?? {}
  const params = Object.fromEntries(
    Object.entries(groups).map(([name, value]) => [name === 'wildcard' ? '*' : name, decodeURIComponent(value)]),
  )
  return { route, params }
}

const bare = (path: string) => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)

/** `/fhir/:type/:id`, `/assets/*` */
function patternOf(path: string): RegExp {
  const source = path
    .replace(/[.+^${}()|[\]\\?]/g, '\\$&')
    .replace(/:(\w+)/g, '(?<$1>[^/]+)')
    .replace(/\*$/, '(?<wildcard>.*)')
  return new RegExp(`^${source}$`)
}

/** Fixed text sorts before a parameter, and that before a wildcard. */
const shape = (path: string) => path.replace(/:\w+/g, '\u{fffe}').replace(/\*$/, '\u{ffff}')
