/** Histories, newest first. https://hl7.org/fhir/R4/http.html#history */
import type { Statement } from '../../../platform/database/port.ts'
import { postgresTime } from '../search/postgres-time.ts'
import type { HistoryScope, HistoryWindow } from './port.ts'

export function historyStatement(tenant: number, scope: HistoryScope, window: HistoryWindow): Statement {
  const { values, bind } = binder(tenant)
  const order = `order by d.v desc limit ${bind(window.count)}`
  const after = window.before === undefined ? '' : ` and d.v < ${bind(window.before)}::int8`
  const conditions = inWindow(window, bind) + after
  const columns = 'd.type, d.id, d.rid, d.v, d.version, d.operation, d.last_updated, d.document'
  if (scope.type !== undefined)
    return { text: `select ${columns} from ${ofScope(scope, bind)}${conditions} ${order}`, values }
  // Each type has its own run of v in the index; a system's history is merged from the newest of each.
  const text = `select d.* from unnest(${bind(scope.types)}::text[]) as k(type) cross join lateral (
      select ${columns} from fhir.version d where d.tenant = $1 and d.type = k.type${conditions} ${order}
    ) d ${order}`
  return { text, values }
}

export function historyTotalStatement(tenant: number, scope: HistoryScope, window: HistoryWindow): Statement {
  const { values, bind } = binder(tenant)
  return { text: `select count(*) as total from ${ofScope(scope, bind)}${inWindow(window, bind)}`, values }
}

type Bind = (value: unknown) => string

function binder(tenant: number): { values: unknown[]; bind: Bind } {
  const values: unknown[] = [tenant]
  return { values, bind: (value) => `$${values.push(value)}` }
}

function ofScope({ type, id }: HistoryScope, bind: Bind): string {
  if (type === undefined) return 'fhir.version d where d.tenant = $1'
  if (id === undefined) return `fhir.version d where d.tenant = $1 and d.type = ${bind(type)}`
  return `fhir.resource r join fhir.version d on d.tenant = $1 and d.rid = r.rid
    where r.tenant = $1 and r.type = ${bind(type)} and r.id = ${bind(id)}`
}

function inWindow({ since, at }: HistoryWindow, bind: Bind): string {
  const from = since ? ` and d.last_updated >= ${bind(postgresTime(since))}::timestamptz` : ''
  if (!at) return from
  // Current at some moment of the interval: begun before its end, and not replaced before its start.
  return `${from} and d.last_updated < ${bind(postgresTime(at.hi))}::timestamptz and not exists (
    select from fhir.version n where n.tenant = $1 and n.rid = d.rid and n.v > d.v
    and n.last_updated <= ${bind(postgresTime(at.lo))}::timestamptz)`
}
