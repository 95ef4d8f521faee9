/** https://hl7.org/fhir/R4/http.html#history */
import type { Call } from '../../../kernel/ports.ts'
import { Problem } from '../../../kernel/problem.ts'
import { dateInterval } from '../search/date-interval.ts'
import { queryParameters, queryString } from '../search/query-string.ts'
import type { FhirServer } from '../server.ts'
import type { HistoryWindow, Stored } from '../store/port.ts'
import { bundleText, type EntryText } from './bundle-text.ts'
import { eTag, type Result } from './result.ts'

type Scope = { readonly type?: string; readonly id?: string }

/** `_since`, `_at`, `_count`; newest first; a page's link names the version it ended with, so writes do not move it. */
export async function history(server: FhirServer, call: Call, scope: Scope, query: string): Promise<Result> {
  const asked = queryParameters(query)
  const window = windowOf(asked, server)
  const all = { ...scope, types: server.parameters.resourceTypes }
  const found = await server.store.history(call, all, { ...window, count: window.count + 1 })
  if (found.length === 0 && scope.id !== undefined && scope.type !== undefined) {
    const known = await server.store.read(call, { type: scope.type, id: scope.id })
    if (!known) throw new Problem('not-found', `${scope.type}/${scope.id} is not known`, { at: scope.type })
  }
  const total = scope.id === undefined ? undefined : await server.store.historyTotal(call, all, window)
  const shown = found.slice(0, window.count)
  const path = [scope.type, scope.id, '_history'].filter((part) => part !== undefined).join('/')
  const link = (parameters: typeof asked) =>
    `${server.base}${path}${parameters.length > 0 ? `?${queryString(parameters)}` : ''}`
  const last = shown.at(-1)
  const next = found.length > shown.length && last ? last.v : undefined
  const links = [
    { relation: 'self', url: link(asked) },
    ...(next === undefined
      ? []
      : [
          {
            relation: 'next',
            url: link([...asked.filter(({ name }) => name !== '_before'), { name: '_before', value: next }]),
          },
        ]),
  ]
  const entries = shown.map((stored) => entryOf(stored, server.base))
  return { status: 200, body: bundleText({ type: 'history', total, links, entries }) }
}

function entryOf({ type, id, version, operation, document, lastUpdated }: Stored, base: string): EntryText {
  const url = `${type}/${id}`
  const method = operation === 'D' ? 'DELETE' : operation === 'C' ? 'POST' : 'PUT'
  return {
    fullUrl: `${base}${url}`,
    resource: document,
    request: { method, url: method === 'POST' ? type : url },
    response: {
      status: method === 'POST' ? '201' : method === 'PUT' ? '200' : '204',
      etag: eTag(version),
      lastModified: lastUpdated.toISOString(),
    },
  }
}

type Asked = readonly { readonly name: string; readonly value: string }[]

const readers: Readonly<Record<string, (value: string, window: Writable, server: FhirServer) => void>> = {
  _since(value, window) {
    window.since = intervalOf(value, '_since').lo
  },
  _at(value, window) {
    window.at = intervalOf(value, '_at')
  },
  _count(value, window, server) {
    if (!/^\d{1,9}$/.test(value)) throw new Problem('invalid', '_count is a whole number from 0 on', { at: '_count' })
    window.count = Math.min(Number(value), server.limits.maxCount)
  },
  _before(value, window) {
    if (!/^\d{1,18}$/.test(value)) throw new Problem('invalid', 'This page link is not one of ours', { at: '_before' })
    window.before = value
  },
  _format() {},
  _pretty() {},
}

type Writable = { -readonly [K in keyof HistoryWindow]: HistoryWindow[K] }

function windowOf(asked: Asked, server: FhirServer): HistoryWindow {
  const window: Writable = { count: server.limits.defaultCount }
  for (const { name, value } of asked) {
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined
    if (!read)
      throw new Problem('invalid', 'A history has no such parameter', {
        at: name.slice(0, 100) || 'http.query',
        code: { fhir: 'not-supported' },
      })
    read(value, window, server)
  }
  return window
}

function intervalOf(value: string, at: string) {
  const interval = dateInterval(value)
  if (!interval) throw new Problem('invalid', `${at} takes a date or time as FHIR writes it`, { at })
  return interval
}
