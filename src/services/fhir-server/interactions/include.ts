/** Resources that come with the matches. https://hl7.org/fhir/R4/search.html#revinclude */
import type { Call } from '../../../kernel/ports.ts'
import type { Resource } from '../../../standards/fhir/types.ts'
import { underRules } from '../search/compile/rules.ts'
import { referenceKey } from '../search/hash.ts'
import type { SearchParameter } from '../search/parameters.ts'
import type { Include, Search } from '../search/term.ts'
import { normalReference, referencesOf } from '../search/values/reference.ts'
import type { FhirServer } from '../server.ts'
import type { Key } from '../store/port.ts'

type Held = { readonly type: string; readonly id: string; readonly document: string }

/** In no order, without the matches; `cut` when there were more than the limit. */
export async function included(
  server: FhirServer,
  call: Call,
  search: Search,
  matches: readonly Held[],
): Promise<{ rows: Held[]; cut: boolean }> {
  const { maxIncluded } = server.limits
  const seen = new Set(matches.map(name))
  const rows: Held[] = []
  let wave: readonly Held[] = matches
  let first = true
  while (wave.length > 0 && rows.length <= maxIncluded) {
    const inForce = (include: Include) => first || include.iterate
    const includes = search.includes.filter(inForce)
    const revincludes = search.revincludes.filter(inForce)
    if (includes.length === 0 && revincludes.length === 0) break
    const limit = maxIncluded + 1 - rows.length
    const found = [
      ...(includes.length > 0 ? await forwards(server, call, includes, wave, seen) : []),
      ...(revincludes.length > 0 ? await backwards(server, call, revincludes, wave, limit) : []),
    ]
    const fresh: Held[] = []
    for (const row of found) {
      if (seen.has(name(row))) continue
      seen.add(name(row))
      fresh.push(row)
    }
    rows.push(...fresh)
    wave = fresh
    first = false
  }
  return { rows: rows.slice(0, maxIncluded), cut: rows.length > maxIncluded }
}

async function forwards(
  server: FhirServer,
  call: Call,
  includes: readonly Include[],
  from: readonly Held[],
  seen: ReadonlySet<string>,
) {
  const wanted = new Map<string, Key>()
  const dull = new Map<string, Set<string>>()
  for (const { type, document } of from) {
    const mine = includes.filter((include) => include.from === type)
    if (mine.length === 0) continue
    const isNew = ({ type, id }: Key) =>
      !seen.has(name({ type, id })) &&
      !wanted.has(name({ type, id })) &&
      mine.some(({ target }) => target === undefined || target === type)
    const dullHere = dull.get(type) ?? new Set()
    dull.set(type, dullHere)
    if (!mayLeadTo(document, server, dullHere, isNew)) continue
    const resource = JSON.parse(document) as Resource
    for (const include of mine)
      for (const parameter of parametersOf(server, include))
        for (const value of parameter.extract(resource))
          for (const { target } of referencesOf(value, server.base)) {
            const [toType, id, more] = target?.split('/') ?? []
            if (!toType || !id || more !== undefined || seen.has(target as string)) continue
            if (include.target === undefined || include.target === toType)
              wanted.set(target as string, { type: toType, id })
          }
  }
  const found = await server.store.readMany(call, [...wanted.values()])
  return found.flatMap(({ type, id, document }) => (document === undefined ? [] : [{ type, id, document }]))
}

/**
 * False where no text of the document is a reference that is new, wherever it stands: most of a page lead to the same few,
 * and need not be parsed to see it. `dull` keeps the texts that were seen to lead to nothing new: they never do again.
 */
function mayLeadTo(
  document: string,
  { base, parameters }: FhirServer,
  dull: Set<string>,
  isNew: (key: Key) => boolean,
): boolean {
  // What is escaped is not read off the text.
  if (document.includes('\\')) return true
  for (let at = document.indexOf('/'); at >= 0; at = document.indexOf('/', at)) {
    const start = document.lastIndexOf('"', at) + 1
    at = document.indexOf('"', at)
    if (document.startsWith('http', start) && !document.startsWith(base, start)) continue
    const text = document.slice(start, at)
    if (dull.has(text)) continue
    const bar = text.indexOf('|')
    const [type = '', id, more] = normalReference(bar > 0 ? text.slice(0, bar) : text, base).split('/')
    if (id && more === undefined && parameters.isResourceType(type) && isNew({ type, id })) return true
    dull.add(text)
  }
  return false
}

async function backwards(
  server: FhirServer,
  call: Call,
  includes: readonly Include[],
  to: readonly Held[],
  limit: number,
) {
  const hashes = new Set<bigint>()
  for (const include of includes)
    for (const parameter of parametersOf(server, include))
      for (const { type, id } of to)
        if (leadsTo(parameter, type) && (include.target === undefined || include.target === type))
          hashes.add(referenceKey(parameter.index, `${type}/${id}`))
  if (hashes.size === 0) return []
  return server.store.query<Held>(call, {
    name: 'revinclude',
    text: `select d.type, d.id, d.document from (
        select distinct rid from fhir.ix where tenant = $1 and h = any($2::int8[]) and until is null limit $3::int4
      ) i cross join lateral (
        select v.type, v.id, v.document from fhir.version v where v.tenant = $1 and v.rid = i.rid order by v.v desc limit 1
      ) d where ${underRules('$4')}`,
    values: [call.tenant, [...hashes].map(String), limit, server.rulesInForce],
  })
}

const leadsTo = ({ target }: SearchParameter, type: string) =>
  target.length === 0 || target.includes(type) || target.includes('Resource')

function parametersOf(server: FhirServer, { from, parameter }: Include): readonly SearchParameter[] {
  if (parameter !== '*') return [parameter]
  return [...server.parameters.of(from).values()].filter(({ type }) => type === 'reference')
}

const name = ({ type, id }: Key) => `${type}/${id}`
