import { lookup } from '../lookup.ts'
import type { Fact, Link, Problem } from '../ccda/record.ts'
import { extension, extensions } from './extensions.ts'
import { object, objects, rawString } from './json.ts'
import { item, mistakenStatus, type Reader, whenOf } from './item.ts'
import { elements, sayTheRest } from './say.ts'
import type { SourceEntry } from './source.ts'

const read = elements(
  'clinicalStatus',
  'verificationStatus',
  'category',
  'severity',
  'code',
  'bodySite',
  'onsetDateTime',
  'onsetPeriod',
  'onsetString',
  'abatementDateTime',
  'abatementPeriod',
  'abatementString',
  'abatementBoolean',
  'assertedDate',
  'asserter',
  'stage',
  'evidence',
  'note',
)
const readOfEvidence = elements('code')
const readOfStage = elements('summary')

/** https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-ProblemHeader-Condition-1 */
export function readProblem(reader: Reader, entry: SourceEntry): Problem {
  const { source, people, datatypes } = reader
  const { text, coded, codedFact, fact, word } = datatypes
  source.current = entry
  const { resource } = entry
  const facts: Fact[] = []
  fact(facts, 'Severity', coded(resource.severity)?.text)
  for (const site of objects(resource.bodySite)) fact(facts, 'Body site', coded(site)?.text)
  for (const stage of objects(resource.stage)) {
    fact(facts, 'Stage', coded(stage.summary)?.text)
    sayTheRest(reader, facts, stage, readOfStage, 'Stage: ')
  }
  for (const evidence of objects(resource.evidence)) {
    for (const one of objects(evidence.code)) codedFact(facts, 'Evidence', one)
    sayTheRest(reader, facts, evidence, readOfEvidence, 'Evidence: ')
  }
  fact(facts, 'Onset', text(resource.onsetString))
  // A time in which it began, not one in which it began and ended.
  const onset = whenOf(reader, entry, 'onset')
  fact(facts, 'Began by', onset.end)
  fact(facts, 'Ended', text(resource.abatementString))
  if (resource.abatementBoolean === true) fact(facts, 'Ended', 'Yes, no date recorded')

  const mistaken = mistakenStatus(resource.verificationStatus)
  const verification = text(resource.verificationStatus)
  const doubted = !mistaken && verification !== undefined && unsettled.has(verification)
  if (!mistaken && !doubted && verification !== 'confirmed') fact(facts, 'Verification', verification)
  for (const category of objects(resource.category))
    if (!objects(category.coding).some((one) => rawString(one.code) === 'problem-list-item'))
      codedFact(facts, 'Category', category)

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

  const ending = datatypes.period(resource.abatementPeriod)
  const end = text(resource.abatementDateTime) ?? ending?.end
  fact(facts, 'Began to end', ending?.start)
  const status = rawString(resource.clinicalStatus)
  const base = item(reader, entry, {
    code: coded(resource.code),
    when: { start: onset.at ?? onset.start, end },
    recorded: resource.assertedDate,
    author: people.party(resource.asserter),
    notes: resource.note,
    facts,
    mistaken,
    read,
  })
  return {
    ...base,
    ...(doubted && {
      cautions: [`Verification: ${verification}. Not an established problem.`, ...(base.cautions ?? [])],
    }),
    status: status ?? base.status,
    significance: text(extension(resource, 'ProblemSignificance')?.valueCode),
    active: mistaken !== undefined ? false : status === undefined ? undefined : activity[status],
    links,
  }
}

/** A diagnosis that is still one among others, or not yet made. */
const unsettled = new Set(['provisional', 'differential'])

/** https://hl7.org/fhir/STU3/valueset-condition-clinical.html; whatever else is written says neither. */
const activity: Readonly<Record<string, boolean>> = lookup({
  active: true,
  recurrence: true,
  relapse: true,
  inactive: false,
  remission: false,
  resolved: false,
})
