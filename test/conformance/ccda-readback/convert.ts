/** A record through the converter, and how well the ledger accounts for it. */
import { convertToCcda } from '../../../src/standards/ccda/convert.ts'
import { parseJson } from '../../../src/standards/fhir/json.ts'
import { serialise } from '../../../src/standards/xml/serialise.ts'

/** The document is dated so that the same record gives the same bytes in every run. */
const at = new Date('2026-10-01T09:00:00Z')

/** `json` as text, as it comes from a provider; `bundle` when it is read already. `unaccounted` are resources that the ledger does not mention. */
export function convert(
  json: string,
  bundle: unknown = parseJson(json),
): {
  xml: string
  unaccounted: string[]
  /** The narrative IDs at which the ledger says an entry is found. */
  anchors: string[]
  leftOut: { resource: string; reason: string }[]
} {
  const { value, ledger } = convertToCcda(bundle, at)
  const lines = ledger.map(({ type }) => type)
  return {
    xml: serialise(value),
    unaccounted: resourceTypes(json).filter((type) => {
      const found = lines.indexOf(type)
      if (found >= 0) lines.splice(found, 1)
      return found < 0
    }),
    anchors: ledger.flatMap((line) => (line.became === 'entry' ? [line.entry] : [])),
    leftOut: ledger.flatMap((line) =>
      line.became === 'left-out' ? [{ resource: line.resource, reason: line.reason }] : [],
    ),
  }
}

/** Of each entry's resource, and of each resource contained in one; the ledger has to have a line for each. */
function resourceTypes(json: string): string[] {
  const { entry } = JSON.parse(json) as { entry?: { resource?: { resourceType?: unknown; contained?: unknown } }[] }
  return (entry ?? []).flatMap(({ resource }) => {
    const contained = Array.isArray(resource?.contained) ? (resource.contained as { resourceType?: unknown }[]) : []
    return [resource, ...contained].flatMap((each) =>
      typeof each?.resourceType === 'string' ? [each.resourceType] : [],
    )
  })
}
