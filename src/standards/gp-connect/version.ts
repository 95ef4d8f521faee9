import { lookup } from '../lookup.ts'
import { Problem } from '../../kernel/problem.ts'
import { object, objects, rawString } from './json.ts'
import type { SourceEntry } from './source.ts'

/**
 * A Bundle does not say which FHIR it is written in; its resources do. Throws where one of them can only be another
 * version than STU3, since a status or a reason read in the wrong version is lost without a sign.
 */
export function refuseOtherVersions(entries: readonly SourceEntry[]): void {
  const profiles = new Map<unknown, string | undefined>()
  const fromProfiles = (value: unknown): string | undefined => {
    if (!Array.isArray(value)) return undefined
    for (const profile of value) {
      // A record names the same few in every resource.
      if (!profiles.has(profile)) profiles.set(profile, fromProfile(profile))
      const version = profiles.get(profile)
      if (version !== undefined) return version
    }
    return undefined
  }
  for (const { type, resource, key } of entries) {
    const version =
      fromType[type] ??
      (codedStatus.has(type) && isCoded(resource.clinicalStatus) ? 'R4' : undefined) ??
      fromProfiles(object(resource.meta)?.profile)
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
const fromType: Readonly<Record<string, string>> = lookup({
  ServiceRequest: 'R4',
  MedicationUsage: 'R5',
  MedicationOrder: 'DSTU2',
  DiagnosticOrder: 'DSTU2',
})

function fromProfile(profile: unknown): string | undefined {
  const url = rawString(profile) ?? ''
  if (/\/us\/core\//.test(url) || /hl7\.org\.uk\/StructureDefinition\/UKCore-|\/UKCore-/.test(url)) return 'R4'
  return /\/DSTU2\//i.test(url) ? 'DSTU2' : undefined
}
