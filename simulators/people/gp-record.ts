/**
 * The GP record of a made person as a GP Connect Access Record Structured Bundle (FHIR STU3, CareConnect-GPC 1.6), for the
 * areas a request includes. The same person and options give the same Bundle.
 * https://developer.nhs.uk/apis/gpconnect-1-6-0/accessrecord_structured.html
 */
import type { Bundle, Resource } from '../../src/standards/fhir/types.ts'
import { allergyItems, noKnown } from './gp/allergies.ts'
import { consultationItem } from './gp/consultations.ts'
import { immunisationItems, immunisationStatusItems } from './gp/immunisations.ts'
import { investigationItems } from './gp/investigations.ts'
import type { Area, Item } from './gp/item.ts'
import { primaryList, type PrimaryListName, secondaryLists, type Warning } from './gp/lists.ts'
import { medicationItems } from './gp/medications.ts'
import { hospitalOrganization, patient, practice, staff } from './gp/people.ts'
import { diaryItems, documentItems, referralItems } from './gp/plans.ts'
import { problemItems } from './gp/problems.ts'
import { applyQuirks, mannerQuirks, type Quirk } from './gp/quirks.ts'
import {
  byDate,
  consultationsWanted,
  everything,
  type Include,
  medicationWanted,
  problemWanted,
  within,
} from './gp/select.ts'
import { writer as newWriter, type Writer } from './gp/shape.ts'
import { uncategorisedItems } from './gp/uncategorised.ts'
import { notImplemented } from './gp/warnings.ts'
import { clinicians, consultant } from './catalogue/places.ts'
import { random } from './random.ts'
import type { Person, Supplier } from './person.ts'

export type { Area } from './gp/item.ts'
export type { Warning } from './gp/lists.ts'
export { type Quirk, quirkNames } from './gp/quirks.ts'
export { everything, type Include, type Period } from './gp/select.ts'

export type GpRecordOptions = {
  /** The areas asked for; everything when absent. */
  readonly include?: Include
  /** The Bundle's id, which has to be the Ssp-TraceID. */
  readonly bundleId?: string
  /** Whose ids and habits the record has; that of the person's practice when absent. */
  readonly manner?: Supplier
  /** Added to the habits of that system, or instead of them; `'none'` writes the record as the specification wants it. */
  readonly quirks?: readonly Quirk[] | { readonly only: readonly Quirk[] } | 'none'
  /** Areas the practice has switched off: left out, and said so. */
  readonly disabled?: readonly Area[]
  /** Names of parameters the provider does not know, e.g. `includeProcedures`. */
  readonly unrecognised?: readonly string[]
  readonly warnings?: Partial<Record<PrimaryListName, readonly Warning[]>>
}

const parameterNames: Record<Area, string | undefined> = {
  allergies: 'includeAllergies',
  medication: 'includeMedication',
  consultations: 'includeConsultations',
  problems: 'includeProblems',
  immunisations: 'includeImmunisations',
  uncategorisedData: 'includeUncategorisedData',
  investigations: 'includeInvestigations',
  referrals: 'includeReferrals',
  diaryEntries: 'includeDiaryEntries',
  documents: undefined,
}

export function gpRecord(person: Person, options: GpRecordOptions = {}): Bundle {
  const manner = options.manner ?? person.practice.supplier
  const writer = newWriter(person, manner)
  const disabled =
    options.disabled ?? (person.special === 'areas-disabled' ? (['referrals', 'diaryEntries'] as const) : [])
  const asked = options.include ?? everything
  const include = without(asked, disabled)
  const quirks = chosenQuirks(manner, options.quirks)

  const { visible, hidden } = hideConfidential(person, everyItem(writer, include, quirks))
  const chosen = choose(writer, include, visible, hidden)
  const warned = (name: PrimaryListName): readonly Warning[] => [
    ...(options.warnings?.[name] ?? []),
    ...(hidden.some((item) => listOf(item) === name) ? (['confidential-items'] as const) : []),
    ...(person.special === 'in-transit' ? (['data-in-transit'] as const) : []),
    ...(person.special === 'awaiting-filing' && (name === 'investigations' || name === 'consultations')
      ? (['data-awaiting-filing'] as const)
      : []),
  ]
  const lists = chosen.primary.map(({ name, items }) => primaryList(writer, name, items, warned(name)))
  const unknown = [
    ...(options.unrecognised ?? []).map((name) => ({ name, why: 'unrecognised' as const })),
    ...disabled
      .filter((area) => area in asked)
      .flatMap((area) => parameterNames[area] ?? [])
      .map((name) => ({ name, why: 'disabled' as const })),
  ]
  const resources = [
    patient(writer),
    ...practice(writer),
    ...lists,
    ...chosen.secondary,
    ...clinical(chosen.items),
    ...(unknown.length > 0 ? [notImplemented(writer.id('not-implemented'), unknown)] : []),
  ]
  const complete = [...resources, ...peopleNamedIn(writer, resources)]
  return {
    resourceType: 'Bundle',
    id: options.bundleId ?? writer.id('bundle').toLowerCase(),
    meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-StructuredRecord-Bundle-1'] },
    type: 'collection',
    entry: applyQuirks(complete, quirks, random(`gp record ${person.id}`)).map((resource) => ({ resource })),
  }
}

function chosenQuirks(manner: Supplier, wish: GpRecordOptions['quirks'] = []): readonly Quirk[] {
  if (wish === 'none') return []
  return 'only' in wish ? wish.only : [...mannerQuirks[manner], ...wish]
}

function without(include: Include, areas: readonly Area[]): Include {
  return Object.fromEntries(Object.entries(include).filter(([area]) => !areas.includes(area as Area)))
}

/** Everything the practice has written down but the consultations themselves, which depend on what else is shown. */
function everyItem(writer: Writer, include: Include, quirks: readonly Quirk[]): Item[] {
  const issues = include.medication ? (include.medication.includePrescriptionIssues ?? false) : true
  const items = [
    ...allergyItems(writer),
    ...medicationItems(writer, issues),
    ...immunisationItems(writer),
    ...immunisationStatusItems(writer),
    ...investigationItems(writer),
    ...uncategorisedItems(writer),
    ...referralItems(writer),
    ...diaryItems(writer),
    ...documentItems(writer),
  ]
  const first = writer.person.history.consultations[0]
  if (
    quirks.includes('no-known-allergy-beside-allergies') &&
    first &&
    items.some(({ area, ended }) => area === 'allergies' && !ended)
  ) {
    const at = { day: first.day, consultation: first.key }
    if (!writer.person.history.noKnownAllergy) {
      items.push({
        area: 'allergies',
        key: 'no-known-allergy',
        ...at,
        main: noKnown(writer, at),
        others: [],
        heading: 'History',
      })
    }
  }
  const linked = (problem: string) =>
    items
      .filter((item) => item.problem === problem)
      .map((item) =>
        item.area === 'medication'
          ? `MedicationRequest/${writer.id(`${item.key}-plan`)}`
          : `${item.main.resourceType}/${item.main.id}`,
      )
  return [...items, ...problemItems(writer, linked)]
}

/** A patient who keeps something to themselves: the second problem, and the consultation it was brought up in. */
function hideConfidential(
  person: Person,
  items: readonly Item[],
): { visible: readonly Item[]; hidden: readonly Item[] } {
  const secret = person.special === 'confidential' ? person.history.problems[1]?.consultation : undefined
  if (!secret) return { visible: items, hidden: [] }
  const visit = person.history.consultations.find(({ key }) => key === secret)
  const { hidden = [], visible = [] } = Object.groupBy(items, ({ consultation }) =>
    consultation === secret ? 'hidden' : 'visible',
  )
  // The consultation is an item too, though it is built only for what is shown.
  const marker: Item[] = visit && hidden[0] ? [{ ...hidden[0], area: 'consultations', ended: false }] : []
  return { visible, hidden: [...hidden, ...marker] }
}

const listOf = ({ area, ended }: Item): PrimaryListName | undefined =>
  area === 'documents' ? undefined : ended ? 'endedAllergies' : area

function choose(writer: Writer, include: Include, visible: readonly Item[], hidden: readonly Item[]) {
  const { history } = writer.person
  const of = (area: Area) => byDate(visible.filter((item) => item.area === area))
  const primary: { name: PrimaryListName; items: readonly Item[] }[] = []
  const ask = (name: PrimaryListName, items: readonly Item[]) => primary.push({ name, items })

  if (include.allergies) {
    ask(
      'allergies',
      of('allergies').filter(({ ended }) => !ended),
    )
    if (include.allergies.includeResolvedAllergies)
      ask(
        'endedAllergies',
        of('allergies').filter(({ ended }) => ended),
      )
  }
  if (include.medication) {
    const { medicationSearchFromDate: from } = include.medication
    const wanted = new Set(history.medications.filter((each) => medicationWanted(each, from)).map(({ key }) => key))
    ask(
      'medication',
      of('medication').filter(({ key }) => wanted.has(key)),
    )
  }
  if (include.immunisations) {
    const { includeNotGiven = false, includeStatus = true } = include.immunisations
    ask(
      'immunisations',
      of('immunisations').filter(({ main }) =>
        main.resourceType === 'Observation' ? includeStatus : includeNotGiven || main.notGiven !== true,
      ),
    )
  }
  if (include.uncategorisedData) {
    const period = include.uncategorisedData.uncategorisedDataSearchPeriod
    ask(
      'uncategorisedData',
      of('uncategorisedData').filter(({ day }) => within(period, day)),
    )
  }
  if (include.investigations) {
    const period = include.investigations.investigationSearchPeriod
    ask(
      'investigations',
      of('investigations').filter(({ day }) => within(period, day)),
    )
  }
  if (include.referrals)
    ask(
      'referrals',
      of('referrals').filter(({ day }) => within(include.referrals?.referralSearchPeriod, day)),
    )
  if (include.diaryEntries) {
    const until = include.diaryEntries.diaryEntriesSearchDate
    ask(
      'diaryEntries',
      of('diaryEntries').filter(({ day }) => !until || day <= until),
    )
  }

  const secret = new Set(hidden.map(({ consultation }) => consultation))
  const consultations = include.consultations
    ? consultationsWanted(
        history.consultations.filter(({ key }) => !secret.has(key)),
        include.consultations,
      ).map((visit) =>
        consultationItem(
          writer,
          visit,
          visible.filter(({ consultation }) => consultation === visit.key),
        ),
      )
    : []
  if (include.consultations) ask('consultations', consultations)
  const inConsultations = new Set(consultations.map(({ key }) => key))
  const contained = visible.filter(
    ({ consultation }) => consultation !== undefined && inConsultations.has(consultation),
  )

  const wantedProblems = new Set(
    history.problems.filter((each) => problemWanted(each, include.problems?.filters)).map(({ key }) => key),
  )
  const problems = include.problems ? of('problems').filter(({ key }) => wantedProblems.has(key)) : []
  if (include.problems) ask('problems', problems)
  const related = visible.filter(({ problem }) => problem !== undefined && problems.some(({ key }) => key === problem))
  const visits = problems.flatMap(
    ({ consultation }) => history.consultations.find(({ key }) => key === consultation) ?? [],
  )
  // Of a consultation that is only related to a problem the Encounter comes alone.
  const alone = [...new Set(visits)].map((visit) => ({ ...consultationItem(writer, visit, []), others: [] }))

  const items = [
    ...new Map(
      [...alone, ...related, ...contained, ...primary.flatMap((each) => each.items)].map((item) => [
        `${item.area} ${item.key}`,
        item,
      ]),
    ).values(),
  ]
  return {
    primary,
    items,
    secondary: [
      ...(consultations.length > 0 ? secondaryLists(writer, 'consultations', contained) : []),
      ...(problems.length > 0 ? secondaryLists(writer, 'problems', [...alone, ...related]) : []),
    ],
  }
}

/** Each resource once; ended allergies are in their Lists already. */
function clinical(items: readonly Item[]): Resource[] {
  const resources = items.flatMap(({ main, others, ended }) => (ended ? others : [main, ...others]))
  return [...new Map(resources.map((each) => [`${each.resourceType}/${each.id}`, each])).values()]
}

function peopleNamedIn(writer: Writer, resources: readonly Resource[]): Resource[] {
  const text = JSON.stringify(resources)
  const named = [...clinicians, consultant].filter((clinician) => {
    const [practitioner] = staff(writer, clinician)
    return text.includes(`"Practitioner/${practitioner?.id}"`)
  })
  const hospital = hospitalOrganization(writer)
  const sent = named.includes(consultant) || text.includes(`"Organization/${hospital.id}"`)
  return [...named.flatMap((clinician) => staff(writer, clinician)), ...(sent ? [hospital] : [])]
}
