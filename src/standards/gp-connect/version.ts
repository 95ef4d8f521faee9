import { Problem } from '../../kernel/problem.ts'
import { type Json, object, objects, rawString } from './json.ts'
import type { SourceEntry } from './source.ts'

/**
 * A Bundle does not say which FHIR it is written in; its resources do. What this gives throws where one of them can
 * only be another version than STU3, since a status or a reason read in the wrong version is lost without a sign.
 */
export function otherVersions(): (entry: SourceEntry, meta: Json | undefined) => void {
  // A record names the same few in every resource, and mostly the one of the resource before.
  const innocent = new Set<string>()
  let last: unknown
  const fromProfiles = (value: unknown): string | undefined => {
    if (!Array.isArray(value)) return undefined
    for (let at = 0; at < value.length; at++) {
      if (value[at] === last) continue
      const url = rawString(value[at])
      if (url === undefined) continue
      const version = innocent.has(url) ? undefined : fromProfile(url)
      if (version !== undefined) return version
      innocent.add(url)
      last = url
    }
    return undefined
  }
  return ({ type, resource, key }, meta) => {
    const version =
      fromType.get(type) ??
      (codedStatus.has(type) && isCoded(resource.clinicalStatus) ? 'R4' : undefined) ??
      (meta && fromProfiles(meta.profile))
    if (version)
      throw new Problem(
        'unsupported',
        `The Bundle is written in FHIR ${version} (see ${key}): a GP Connect record is STU3`,
      )
  }
}

/** A status that is a CodeableConcept: broken content alone is no other version. */
function isCoded(status: unknown): boolean {
  return objects(object(status)?.coding).some((coding) => /clinical/.test(rawString(coding.system) ?? ''))
}

const codedStatus = new Set(['AllergyIntolerance', 'Condition'])
const fromType: ReadonlyMap<string, string> = new Map([
  ['ServiceRequest', 'R4'],
  ['MedicationUsage', 'R5'],
  ['MedicationOrder', 'DSTU2'],
  ['DiagnosticOrder', 'DSTU2'],
])

function fromProfile(url: string): string | undefined {
  if (/\/us\/core\//.test(url) || /hl7\.org\.uk\/StructureDefinition\/UKCore-|\/UKCore-/.test(url)) return 'R4'
  return /\/DSTU2\//i.test(url) ? 'DSTU2' : undefined
}
