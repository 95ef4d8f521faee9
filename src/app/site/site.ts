/** What the server says of itself: the page at /, the API's description, health and metrics. */
import type { HttpResponse, Mount, Route } from '../../platform/http/port.ts'
import { prometheusContentType } from '../../platform/telemetry/metrics.ts'
import { httpStatus, toProblemJson } from '../../standards/problems/render.ts'
import type { Health } from '../health.ts'
import { asset } from './asset.ts'
import { type Home, homePage } from './home.ts'
import { redocPage, swaggerPage, swaggerStart } from './api-pages.ts'

export type Site = {
  readonly health: Health
  /** Prometheus' text; undefined where /metrics has a listener of its own. */
  readonly metrics: (() => Promise<string>) | undefined
  readonly openApi: () => Promise<object>
  readonly services: Home['services']
  readonly version: string
}

export function siteMount(site: Site): Mount {
  const report = async (passes: (status: string) => boolean): Promise<HttpResponse> => {
    const found = await site.health.report()
    return { ...json(found), status: passes(found.status) ? 200 : 503 }
  }
  const routes: Route[] = [
    get('/', async () =>
      page(homePage({ ...site, hasMetrics: site.metrics !== undefined }), "style-src 'unsafe-inline'"),
    ),
    get('/health/live', async () => json({ status: 'up' })),
    get('/health/ready', () => report((status) => status === 'up' || status === 'degraded')),
    // Asked until it passes once; what breaks later is for /health/ready to tell.
    get('/health/startup', () => report((status) => status !== 'down')),
    get('/openapi.json', async () => json(await site.openApi())),
    get('/docs', async () => page(swaggerPage, swaggerPolicy)),
    get('/docs/start.js', async () => ({ status: 200, headers: script, body: swaggerStart })),
    get('/docs/swagger-ui.css', () => asset('swagger-ui-dist/swagger-ui.css', 'text/css; charset=utf-8')),
    get('/docs/swagger-ui-bundle.js', () => asset('swagger-ui-dist/swagger-ui-bundle.js', script['content-type'])),
    get('/docs/favicon-32x32.png', () => asset('swagger-ui-dist/favicon-32x32.png', 'image/png')),
    get('/redoc', async () => page(redocPage, redocPolicy)),
    get('/redoc/redoc.standalone.js', () => asset('redoc/bundles/redoc.standalone.js', script['content-type'])),
  ]
  if (site.metrics) routes.push(metricsRoute(site.metrics))
  return {
    prefix: '/',
    routes,
    problem: (problem) => ({
      status: httpStatus(problem),
      headers: { 'content-type': 'application/problem+json' },
      body: JSON.stringify(toProblemJson(problem)),
    }),
  }
}

export const metricsRoute = (metrics: () => Promise<string>): Route =>
  get('/metrics', async () => ({
    status: 200,
    headers: { 'content-type': prometheusContentType },
    body: await metrics(),
  }))

const get = (path: string, handle: Route['handle']): Route => ({ method: 'GET', path, handle })

const script = { 'content-type': 'text/javascript; charset=utf-8', 'x-content-type-options': 'nosniff' }

const json = (value: object): HttpResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  body: JSON.stringify(value),
})

const own = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
// Both write style attributes while they draw; ReDoc searches in a worker it makes of a blob.
const swaggerPolicy = "script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"
const redocPolicy = `${swaggerPolicy}; worker-src blob:; font-src data:`

/** https://www.w3.org/TR/CSP3/ */
const page = (body: string, policy: string): HttpResponse => ({
  status: 200,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `${own}; ${policy}`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  },
  body,
})
