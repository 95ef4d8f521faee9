import { Problem } from '../../../kernel/problem.ts'
import type { Search } from '../search/term.ts'
import { indexesAsked } from '../search/indexes-asked.ts'
import type { FhirServer } from '../server.ts'

/**
 * A search along an index that is not whole would find too little and say nothing: it is refused until the index is.
 * docs/decisions/0008-index-rules.md
 */
export function refuseUnfinished({ unfinishedIndexes, parameters }: FhirServer, search: Search): void {
  if (unfinishedIndexes.size === 0) return
  for (const { index, type, code } of indexesAsked(search, parameters))
    if (unfinishedIndexes.has(index))
      throw new Problem('unavailable', `The index that searches ${type} by ${code} is being made again: try later`, {
        at: code,
      })
}
