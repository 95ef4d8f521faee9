import type { Fact, Link, Problem } from '../ccda/record.ts'
import { optional } from './datatypes.ts'
import { extension, extensions } from './extensions.ts'
import { object, objects, rawString } from './json.ts'
import { item, mistaken, type Reader, whenOf } from './item.ts'
import type { SourceEntry } from './source.ts'

/** https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-ProblemHeader-Condition-1 */
export function readProblem(reader: Reader, entry: SourceEntry): Problem {
  const { source, people, datatypes } = reader
  const { text, coded, codedFact, fact, word } = datatypes
  source.current = entry
  const { resource } = entry
  const facts: Fact[] = []
  fact(facts, 'Severity', coded(resource.severity)?.text)
  for (const site of objects(resource.bodySite)) fact(facts, 'Body site', coded(site)?.text)
  for (const stage of objects(resource.stage)) fact(facts, 'Stage', coded(stage.summary)?.text)
  for (const evidence of objects(resource.evidence))
    for (const one of objects(evidence.code)) codedFact(facts, 'Evidence', one)
  fact(facts, 'Onset', text(resource.onsetString))
  fact(facts, 'Ended', text(resource.abatementString))
  if (resource.abatementBoolean === true) fact(facts, 'Ended', 'Yes, no date recorded')

  const wrong = mistaken(resource.verificationStatus)
  if (wrong) fact(facts, 'Verification', wrong)

  const links: Link[] = []
  const link = (relation: string, reference: unknown): void => {
    const target = source.resolve(reference)
    const words = word(object(reference)?.display) ?? ''
    if (target) links.push({ relation, key: target.key, text: words })
    else if (words) links.push({ relation, text: words })
    else if (reference !== undefined) {
      const raw = text(object(reference)?.reference)
      if (raw) links.push({ relation, text: `${raw} (not in this record)` })
    }
  }
  for (const one of extensions(resource, 'ActualProblem')) link('The problem itself', one.valueReference)
  for (const one of extensions(resource, 'RelatedClinicalContent')) link('Linked', one.valueReference)
  for (const one of extensions(resource, 'RelatedProblemHeader')) {
    const type = text(extension(one, 'type')?.valueCode)?.toLowerCase()
    link(type ? `Related problem (${type})` : 'Related problem', extension(one, 'target')?.valueReference)
  }

  const onset = whenOf(reader, entry, 'onset')
  const end = text(resource.abatementDateTime) ?? datatypes.period(resource.abatementPeriod)?.end
  const status = rawString(resource.clinicalStatus)
  return {
    ...item(reader, entry, {
      code: coded(resource.code),
      when: { ...optional('start', onset.at ?? onset.start), ...optional('end', end ?? onset.end) },
      recorded: resource.assertedDate,
      author: people.party(resource.asserter),
      notes: resource.note,
      facts,
    }),
    ...optional('status', status),
    ...optional('significance', text(extension(resource, 'ProblemSignificance')?.valueCode)),
    active:
      wrong !== undefined ? false : status === undefined ? undefined : status === 'active' || status === 'recurrence',
    links,
  }
}
