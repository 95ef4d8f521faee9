/** A request to our own routes without a listener: what `weft load` and the first start do. */
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Call } from '../kernel/ports.ts'
import { asProblem, Problem } from '../kernel/problem.ts'
import type { HttpResponse, Mount } from '../platform/http/port.ts'
import { routeFor } from '../platform/http/route-table.ts'
import type { Wiring } from './wire.ts'

/** `path` begins with the mount's prefix and may carry a query. */
export type Submit = (request: SubmitRequest) => Promise<{ status: number; body: string }>
export type SubmitRequest = { readonly method: string; readonly path: string; readonly body?: string }

export function inProcess(mounts: readonly Mount[], wiring: Wiring, signal: AbortSignal): Submit {
  return async ({ method, path: address, body }) => {
    const [path = '', query = ''] = address.split(/\?(.*)/s)
    const call = callOf(wiring, signal)
    const response = await answer(mounts, call, { method, path, query, body })
    return { status: response.status, body: await bodyText(response) }
  }
}

/** Who asks when this program asks itself. */
export function callOf(wiring: Wiring, signal: AbortSignal): Call {
  const requestId = wiring.ids()
  return { tenant: wiring.config.TENANT, caller: localCaller, requestId, signal, log: wiring.log.with({ requestId }) }
}

/** Until sign-in exists whoever reaches the server is its user. */
export const localCaller: Call['caller'] = { id: 'local', scopes: new Set(['system/*.*']) }

async function answer(
  mounts: readonly Mount[],
  call: Call,
  { method, path, query, body }: { method: string; path: string; query: string; body: string | undefined },
): Promise<HttpResponse> {
  for (const mount of mounts) {
    const found = routeFor(mount.routes, method, path)
    if (!found) continue
    const headers = { 'content-type': 'application/fhir+json', accept: 'application/fhir+json' }
    const request = {
      method,
      path,
      query,
      params: found.params,
      headers,
      body: body === undefined ? body : Buffer.from(body),
    }
    try {
      return await found.route.handle(call, request)
    } catch (error) {
      return mount.problem(asProblem(error), call.requestId)
    }
  }
  throw new Problem('not-found', `No service here answers ${method} ${path}`)
}

async function bodyText({ body }: HttpResponse): Promise<string> {
  if (body === undefined) return ''
  if (typeof body === 'string') return body
  if (body instanceof Readable) return text(body)
  return (Buffer.isBuffer(body) ? body : Buffer.concat(body)).toString()
}
