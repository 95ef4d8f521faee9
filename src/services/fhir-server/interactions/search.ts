/** https://hl7.org/fhir/R4/http.html#search */
import type { Call } from '../../../kernel/ports.ts'
import { Problem } from '../../../kernel/problem.ts'
import { queryParameters, queryString } from '../search/query-string.ts'
import { resolveSearch } from '../search/resolve.ts'
import type { Search } from '../search/term.ts'
import type { FhirServer } from '../server.ts'
import { bundleText, type EntryText } from './bundle-text.ts'
import { included } from './include.ts'
import type { Result } from './result.ts'
import { runSearch } from './search-run.ts'
import { shortened } from './summary.ts'

export type SearchRequest = {
  /** Empty means every type. */
  readonly types: readonly string[]
  /** Undecoded: of the address, and of a form. */
  readonly query: string
  /** Only members of this compartment, `Patient/1`. */
  readonly compartment?: string | undefined
  /** `Prefer: handling=strict`: what is not understood is an error. */
  readonly strict?: boolean | undefined
}

export async function search(
  server: FhirServer,
  call: Call,
  { types, query, compartment, strict }: SearchRequest,
): Promise<Result> {
  const resolved = resolveSearch(types, queryParameters(query), server.parameters, server.limits, compartment)
  const [unknown] = resolved.notUnderstood
  if (unknown && strict)
    throw new Problem('invalid', unknown.reason, {
      at: unknown.name.slice(0, 100) || 'http.query',
      code: { fhir: 'not-supported' },
    })
  const { rows, next, total } = await runSearch(server, call, resolved).catch(tooLong)
  const more = rows.length > 0 ? await included(server, call, resolved, rows) : { rows: [], cut: false }
  const shown = shortened(resolved, server.definitions)
  const entries: EntryText[] = [
    ...rows.map(({ type, id, document }) => ({
      fullUrl: `${server.base}${type}/${id}`,
      resource: shown(document),
      search: 'match' as const,
    })),
    ...more.rows.map(({ type, id, document }) => ({
      fullUrl: `${server.base}${type}/${id}`,
      resource: shown(document),
      search: 'include' as const,
    })),
    ...remarks(resolved, more.cut, server),
  ]
  const path = compartment === undefined ? (types[0] ?? '') : `${compartment}/${types[0] ?? '*'}`
  const address = (cursor?: string) => {
    const parameters =
      cursor === undefined ? resolved.understood : [...resolved.understood, { name: '_cursor', value: cursor }]
    return `${server.base}${path}${parameters.length > 0 ? `?${queryString(parameters)}` : ''}`
  }
  const links = [
    { relation: 'self', url: address(resolved.cursor) },
    ...(resolved.cursor === undefined ? [] : [{ relation: 'first', url: address() }]),
    ...(next === undefined ? [] : [{ relation: 'next', url: address(next) }]),
  ]
  return { status: 200, body: bundleText({ type: 'searchset', total, links, entries }) }
}

/** The database gave up: what it was asked is to be blamed. */
function tooLong(error: unknown): never {
  if (!(error instanceof Problem) || error.kind !== 'timeout' || error.at !== undefined) throw error
  const more = 'a search by fewer types, or by an id or a reference too, takes less'
  throw new Problem('timeout', `${error.message}: ${more}`, { at: 'http.query', cause: error })
}

/** What the reader should know of this answer. */
function remarks(resolved: Search, cut: boolean, server: FhirServer): EntryText[] {
  const issues = resolved.notUnderstood.map(({ name, reason }) => ({
    severity: 'warning',
    code: 'not-supported',
    diagnostics: `Ignored: ${reason}`,
    expression: [name.slice(0, 100)],
  }))
  if (cut)
    issues.push({
      severity: 'warning',
      code: 'incomplete',
      diagnostics: `More than ${server.limits.maxIncluded} resources were to be included; the others are left out`,
      expression: ['_include'],
    })
  if (issues.length === 0) return []
  return [{ resource: JSON.stringify({ resourceType: 'OperationOutcome', issue: issues }), search: 'outcome' }]
}
