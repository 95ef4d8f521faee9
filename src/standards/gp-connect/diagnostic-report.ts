import type { Fact, Observation, Report, Specimen } from '../ccda/record.ts'
import { optional } from './datatypes.ts'
import { object, objects } from './json.ts'
import { item, type Reader, whenOf } from './item.ts'
import type { SourceEntry } from './source.ts'

/** https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-DiagnosticReport-1 */
export function readReport(
  reader: Reader,
  entry: SourceEntry,
  observations: ReadonlyMap<string, Observation>,
  specimens: ReadonlyMap<string, Specimen>,
): Report {
  const { source, people, datatypes } = reader
  const { text, coded, fact } = datatypes
  source.current = entry
  const { resource } = entry
  const results: Observation[] = []
  const seen = new Set<string>()
  const facts: Fact[] = []
  const take = (key: string): void => {
    const observation = observations.get(key)
    if (!observation || seen.has(key)) return
    seen.add(key)
    results.push(observation)
    observation.members.forEach(take)
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
  }
  for (const category of objects(resource.category).slice(0, 1)) fact(facts, 'Category', coded(category)?.text)
  for (const diagnosis of objects(resource.codedDiagnosis)) fact(facts, 'Diagnosis', coded(diagnosis)?.text)
  for (const form of objects(resource.presentedForm)) fact(facts, 'Document', text(form.title) ?? text(form.url))
  for (const image of objects(resource.image))
    fact(facts, 'Image', text(image.comment) ?? text(object(image.link)?.display))
  const parties = objects(resource.performer).map((one) => people.party(one.actor ?? one))
  const performer = parties.find((party) => party !== undefined)
  for (const party of parties)
    if (party && party !== performer)
      fact(
        facts,
        'Also by',
        party.name ??
          party.organisation?.name ??
          party.practitioner?.names[0]?.text ??
          party.practitioner?.names[0]?.family,
      )
  return {
    ...item(reader, entry, {
      code: coded(resource.code),
      when: whenOf(reader, entry, 'effective'),
      recorded: resource.issued,
      author: performer,
      facts,
    }),
    specimens: found,
    results,
    ...optional('issued', text(resource.issued)),
    ...optional('conclusion', text(resource.conclusion)),
    ...optional('performer', performer),
  }
}
