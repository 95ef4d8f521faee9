import type { Fact, Observation, Report, Specimen } from '../ccda/record.ts'
import { object, objects, rawString } from './json.ts'
import { item, type Reader, whenOf } from './item.ts'
import { nameOf } from './people.ts'
import { elements, sayHeld } from './say.ts'
import type { SourceEntry } from './source.ts'

const read = elements(
  'status',
  'category',
  'code',
  'effectiveDateTime',
  'effectivePeriod',
  'issued',
  'performer',
  'specimen',
  'result',
  'image',
  'conclusion',
  'codedDiagnosis',
  'presentedForm',
)

/** https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-DiagnosticReport-1 */
export function readReport(
  reader: Reader,
  entry: SourceEntry,
  observations: ReadonlyMap<string, Observation>,
  specimens: ReadonlyMap<string, Specimen>,
): Report {
  const { source, people, datatypes } = reader
  const { text, coded, codedFact, fact } = datatypes
  source.current = entry
  const { resource } = entry
  const results: Observation[] = []
  const seen = new Set<string>()
  const facts: Fact[] = []
  // A heading, then what stands under it; a stack, since headings may lead on without end.
  const take = (key: string): void => {
    const waiting = [key]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const observation = observations.get(next)
      if (!observation || seen.has(next)) continue
      seen.add(next)
      results.push(observation)
      for (const member of observation.members.toReversed()) waiting.push(member)
    }
  }
  for (const reference of objects(resource.result)) {
    const target = source.resolve(reference)
    if (target?.type === 'Observation') take(target.key)
    else {
      const words = text(reference.display) ?? text(reference.reference)
      fact(facts, 'Result not in this record', words)
      source.issue({
        severity: 'warning',
        text: 'A report names a result that is not in the record',
        resource: entry.key,
      })
    }
  }
  const found: Specimen[] = []
  for (const reference of objects(resource.specimen)) {
    const target = source.resolve(reference)
    const specimen = target && specimens.get(target.key)
    if (specimen) found.push(specimen)
    else fact(facts, 'Specimen', text(reference.display) ?? text(reference.reference))
  }
  for (const category of objects(resource.category)) fact(facts, 'Category', coded(category)?.text)
  for (const diagnosis of objects(resource.codedDiagnosis)) codedFact(facts, 'Diagnosis', diagnosis)
  for (const form of objects(resource.presentedForm)) {
    const name = [text(form.title), text(form.url), text(form.contentType)].filter(Boolean).join(', ')
    fact(facts, 'Document', name)
    const data = rawString(form.data)
    if (data !== undefined) sayHeld(reader, facts, name === '' ? 'Document' : 'Its contents', data)
  }
  for (const image of objects(resource.image))
    fact(facts, 'Image', text(image.comment) ?? text(object(image.link)?.display))
  const parties = objects(resource.performer).map((one) => people.party(one.actor ?? one))
  const performer = parties.find((party) => party !== undefined)
  for (const party of parties) if (party && party !== performer) fact(facts, 'Also by', nameOf(party))
  return {
    ...item(reader, entry, {
      code: coded(resource.code),
      when: whenOf(reader, entry, 'effective'),
      recorded: resource.issued,
      author: performer,
      facts,
      read,
    }),
    specimens: found,
    results,
    issued: text(resource.issued),
    conclusion: text(resource.conclusion),
    performer,
  }
}
