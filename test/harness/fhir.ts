/** A FHIR server for one test file, on a database of its own, asked as over HTTP but without a socket. */
import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { after } from 'node:test'
import type { Call } from '../../src/kernel/ports.ts'
import { asProblem } from '../../src/kernel/problem.ts'
import { postgres } from '../../src/platform/database/postgres.ts'
import { loadDefinitions } from '../../src/platform/definitions/load.ts'
import { type FhirServerDeps, startFhirServer } from '../../src/services/fhir-server/service.ts'
import type { Resource } from '../../src/standards/fhir/types.ts'
import { testDatabase } from './database.ts'
import { alsoKept } from './run-log.ts'

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  // The tests say what they expect of it.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any
}
export type Ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

/** On a new database, or beside another one on the database that is named. */
export async function testFhirServer(over: Partial<FhirServerDeps> = {}, connection?: string) {
  const { app, owner } = connection ? { app: connection, owner: undefined } : await testDatabase()
  const database = postgres({ connectionString: app, maxConnections: 10, statementTimeoutMs: 60_000 })
  const errors: unknown[] = []
  const log = alsoKept({ info() {}, warn() {}, error: (_event, fields) => void errors.push(fields) })
  const service = await startFhirServer({
    database,
    definitions: loadDefinitions(),
    clock: () => new Date(),
    ids: randomUUID,
    log,
    publicUrl: 'http://localhost:8000/fhir',
    version: 'test',
    validate: () => [],
    policyOf: async () => 'refuse',
    patch: (_patch, before) => before as Resource,
    pagingLifetimeSeconds: 3600,
    tenants: [1],
    ...over,
  })
  after(async () => {
    await service.stop()
    await database.stop()
  })
  const callAs = (tenant: number): Call => ({
    tenant,
    caller: { id: 'test', scopes: new Set() },
    requestId: randomUUID(),
    signal: new AbortController().signal,
    log,
  })
  const askAs =
    (tenant: number): Ask =>
    async (method, path, body, headers = {}) => {
      const mount = service.mounts[0]
      const [pathname = '', query = ''] = path.replace('http://localhost:8000/fhir', '').split(/\?(.*)/s)
      const found = mount?.routes
        .filter((route) => route.method === method)
        .map((route) => ({ route, params: matched(route.path.replace('/fhir', ''), pathname) }))
        .filter(({ params }) => params)
        .sort((a, b) => Object.keys(a.params ?? {}).length - Object.keys(b.params ?? {}).length)[0]
      if (!mount || !found?.params) return answer({ status: 404, headers: {}, body: '{}' })
      const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
      try {
        return answer(
          await found.route.handle(callAs(tenant), {
            method,
            path: pathname,
            query,
            params: found.params,
            headers: { ...(text !== undefined && { 'content-type': 'application/fhir+json' }), ...headers },
            body: text === undefined ? undefined : Buffer.from(text),
          }),
        )
      } catch (error) {
        const problem = asProblem(error)
        if (problem.kind === 'internal') errors.push(problem.cause)
        return answer(mount.problem(problem, 'test'))
      }
    }
  return { ask: askAs(1), askAs, callAs, service, database, connection: app, owner, errors }
}

function answer({
  status,
  headers = {},
  body,
}: {
  status: number
  headers?: Readonly<Record<string, string>>
  body?: unknown
}): Answer {
  const text = body === undefined ? '' : String(body)
  return { status, headers, text, json: text === '' ? undefined : JSON.parse(text) }
}

function matched(pattern: string, path: string): Record<string, string> | undefined {
  const [want, have] = [pattern, path].map((one) => one.split('/').filter((part) => part !== ''))
  if (!want || !have || want.length !== have.length) return undefined
  const params: Record<string, string> = {}
  for (const [n, part] of want.entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(have[n] as string)
    else if (part !== have[n]) return undefined
  }
  return params
}
