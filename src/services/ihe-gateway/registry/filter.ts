import { lookup } from '../../../standards/lookup.ts'
import { Problem } from '../../../kernel/problem.ts'
import type { AdhocQuery } from '../../../standards/ihe/ebxml/adhoc-query.ts'
import type { Code, DocumentEntry } from '../../../standards/ihe/ebxml/document-entry.ts'
import { availabilityStatus, objectType } from '../../../standards/ihe/ebxml/names.ts'

/** The parameters of FindDocuments, ITI TF-2 3.18.4.1.2.3.7.1: which entries each lets pass. */
type Filter = { readonly single?: true; passes(entry: DocumentEntry, values: readonly string[]): boolean }

const byCode = (codes: (entry: DocumentEntry) => readonly Code[]): Filter => ({
  passes: (entry, values) =>
    codes(entry).some(({ code, codingScheme }) =>
      values.some((value) => value === `${code}^^${codingScheme}` || value === code),
    ),
})
/** From ≤ t < To, where a time is compared as far as both say it. A time that an entry does not have excludes nothing. */
const byTime = (end: 'from' | 'to', time: (entry: DocumentEntry) => string | undefined): Filter => ({
  single: true,
  passes: (entry, [value = '']) => {
    const at = time(entry)
    return at === undefined || (end === 'from' ? padded(at) >= padded(value) : padded(at) < padded(value))
  },
})
const padded = (time: string) => time.padEnd(14, '0')
// Of an on-demand entry the creation time says nothing: 3.18.4.1.2.3.7.1.
const created = (entry: DocumentEntry) => (entry.content.type === 'stable' ? entry.content.creationTime : undefined)

const filters: Readonly<Record<string, Filter>> = lookup({
  $XDSDocumentEntryStatus: { passes: ({ status }, values) => values.includes(availabilityStatus[status]) },
  $XDSDocumentEntryType: {
    passes: ({ content }, values) => values.includes(objectType[content.type === 'stable' ? 'stable' : 'onDemand']),
  },
  $XDSDocumentEntryClassCode: byCode((entry) => [entry.classCode]),
  $XDSDocumentEntryTypeCode: byCode((entry) => [entry.typeCode]),
  $XDSDocumentEntryPracticeSettingCode: byCode((entry) => [entry.practiceSettingCode]),
  $XDSDocumentEntryHealthcareFacilityTypeCode: byCode((entry) => [entry.healthcareFacilityTypeCode]),
  $XDSDocumentEntryEventCodeList: byCode(() => []),
  $XDSDocumentEntryConfidentialityCode: byCode((entry) => entry.confidentialityCodes),
  $XDSDocumentEntryFormatCode: byCode((entry) => [entry.formatCode]),
  $XDSDocumentEntryAuthorPerson: {
    passes: ({ author }, values) => values.some((pattern) => like(author?.person ?? '', pattern)),
  },
  $XDSDocumentEntryCreationTimeFrom: byTime('from', created),
  $XDSDocumentEntryCreationTimeTo: byTime('to', created),
  $XDSDocumentEntryServiceStartTimeFrom: byTime('from', (entry) => entry.serviceStartTime),
  $XDSDocumentEntryServiceStartTimeTo: byTime('to', (entry) => entry.serviceStartTime),
  $XDSDocumentEntryServiceStopTimeFrom: byTime('from', (entry) => entry.serviceStopTime),
  $XDSDocumentEntryServiceStopTimeTo: byTime('to', (entry) => entry.serviceStopTime),
  $XDSDocumentEntryReferenceIdList: { passes: () => false },
})

/** A consumer that does not name types knows of stable documents only. */
const usualType = [[objectType.stable]]

/** Keeps the entries every parameter lets pass; a parameter that is not known here is ignored, as 3.18.4.1.2.3.5 wants. */
export function filterEntries(entries: readonly DocumentEntry[], { parameters }: AdhocQuery): DocumentEntry[] {
  const asked = new Map(parameters)
  if (!asked.has('$XDSDocumentEntryType')) asked.set('$XDSDocumentEntryType', usualType)
  for (const [name, slots] of asked) checkSingle(name, slots)
  return entries.filter((entry) =>
    [...asked].every(([name, slots]) => slots.every((values) => filters[name]?.passes(entry, values) ?? true)),
  )
}

function checkSingle(name: string, slots: readonly (readonly string[])[]): void {
  if (!filters[name]?.single) return
  if (slots.flat().length !== 1)
    throw new Problem('invalid', `${name} has one value`, { at: name, code: { xds: 'XDSStoredQueryParamNumber' } })
  if (!/^\d{4}(\d\d){0,5}$/.test(slots[0]![0]!))
    throw new Problem('invalid', `${name} is not a time`, { at: name, code: { xds: 'XDSRegistryError' } })
}

/** SQL's LIKE: % any text, _ any one character. */
function like(text: string, pattern: string): boolean {
  let at = [0]
  for (const character of pattern) {
    if (character === '%')
      at = Array.from({ length: text.length - Math.min(...at) + 1 }, (_, index) => Math.min(...at) + index)
    else
      at = at
        .filter((index) => index < text.length && (character === '_' || text[index] === character))
        .map((index) => index + 1)
    if (at.length === 0) return false
  }
  return at.includes(text.length)
}
