/** Sorting by what only the documents hold: tokens, references, uris, ids. */
import type { Call } from '../../../kernel/ports.ts'
import { Problem } from '../../../kernel/problem.ts'
import type { Resource } from '../../../standards/fhir/types.ts'
import { type CompileOptions, documentsStatement, type FoundRow } from '../search/compile/statement.ts'
import { order } from '../search/index-rows.ts'
import type { SortKey } from '../search/term.ts'
import type { Search } from '../search/term.ts'
import { sortValue } from '../search/sort-value.ts'
import type { FhirServer } from '../server.ts'

/** More are read in several statements, as of the first one's moment. */
export const documentsAtOnce = 2000

/** All matches in order, without a key last; equal ones newest first. */
export async function documentSorted(
  server: FhirServer,
  call: Call,
  search: Search,
  options: CompileOptions,
): Promise<FoundRow[]> {
  const { maxDocumentSort } = server.limits
  const rows: (FoundRow & { keys: (string | number | undefined)[] })[] = []
  let snapshot = options.snapshot
  let rid: string | undefined
  while (true) {
    const cursor = snapshot !== undefined && rid !== undefined ? { form: 'plain' as const, snapshot, rid } : undefined
    const statement = documentsStatement(search, { limit: documentsAtOnce, cursor }, { ...options, snapshot })
    const found = await server.store.search<FoundRow>(call, statement)
    for (const row of found) {
      const resource = JSON.parse(row.document) as Resource
      const keys = search.sort.map((key) => sortValue(resource, key, server.parameters, server.base))
      rows.push({ ...row, snapshot: snapshot ?? row.snapshot, keys })
    }
    if (rows.length > maxDocumentSort)
      throw new Problem(
        'invalid',
        `More than ${maxDocumentSort} matches to sort by this parameter: narrow the search`,
        {
          at: '_sort',
          code: { fhir: 'too-costly' },
        },
      )
    if (found.length < documentsAtOnce) break
    snapshot ??= found[0]?.snapshot
    rid = found.at(-1)?.rid
  }
  return rows.sort((a, b) => compareKeys(a.keys, b.keys, search.sort))
}

function compareKeys(
  a: readonly (string | number | undefined)[],
  b: readonly (string | number | undefined)[],
  sort: readonly SortKey[],
): number {
  for (const [n, { descending }] of sort.entries()) {
    const [x, y] = [a[n], b[n]]
    if (x === y) continue
    if (x === undefined) return 1
    if (y === undefined) return -1
    const difference = typeof x === 'number' && typeof y === 'number' ? x - y : order(String(x), String(y))
    if (difference !== 0) return descending ? -difference : difference
  }
  return 0
}
