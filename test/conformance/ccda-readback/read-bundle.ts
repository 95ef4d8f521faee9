/**
 * What a clinician looks for in a GP Connect record, read from the Bundle's JSON with none of the converter's code. Numbers
 * keep the digits they are written with.
 */

export type SourceCode = { readonly system: string; readonly code: string; readonly display: string | undefined }
export type SourceConcept = { readonly codes: readonly SourceCode[]; readonly text: string | undefined }
type Base = { readonly id: string; readonly words: readonly string[] }

export type SourceAllergy = Base & {
  readonly concept: SourceConcept
  readonly ended: boolean
  readonly onset: string | undefined
  readonly asserted: string | undefined
  readonly end: string | undefined
  readonly reactions: readonly { readonly concept: SourceConcept; readonly severity: string | undefined }[]
}
export type SourceMedication = Base & {
  /** Undefined when the record lacks the Medication. */
  readonly drug: SourceConcept | undefined
  readonly status: string
  readonly start: string | undefined
  readonly end: string | undefined
  readonly orders: number
}
export type SourceProblem = Base & {
  readonly concept: SourceConcept
  readonly active: boolean
  readonly onset: string | undefined
  readonly abatement: string | undefined
  readonly significance: string | undefined
}
export type SourceImmunization = Base & {
  readonly vaccine: SourceConcept
  readonly procedure: SourceConcept
  readonly given: boolean
  readonly date: string | undefined
  readonly lot: string | undefined
}
export type SourceQuantity = {
  readonly value: string
  readonly unit: string | undefined
  readonly code: string | undefined
  readonly comparator: string | undefined
  /** Marked as about right. */
  readonly isApproximate: boolean
}
export type SourceResult = Base & {
  readonly concept: SourceConcept
  readonly status: string
  readonly time: string | undefined
  readonly quantity: SourceQuantity | undefined
  readonly string: string | undefined
  readonly coded: SourceConcept | undefined
  readonly interpretation: SourceConcept | undefined
  readonly ranges: readonly {
    readonly low: string | undefined
    readonly high: string | undefined
    readonly text: string | undefined
  }[]
  /** A part of an observation, e.g. the systolic of a blood pressure. */
  readonly isComponent: boolean
}

/** Anything else with a code and a time: an entry without a value, a consultation, a referral, a diary entry, a document. */
export type SourceStatement = Base & {
  readonly type: string
  readonly concept: SourceConcept
  readonly time: string | undefined
}

export type SourcePatient = {
  readonly nhsNumber: string | undefined
  readonly families: readonly string[]
  readonly givens: readonly string[]
  readonly birthDate: string | undefined
  readonly gender: string | undefined
  readonly postcodes: readonly string[]
}

export type SourceRecord = {
  readonly allergies: readonly SourceAllergy[]
  readonly medications: readonly SourceMedication[]
  /** Plans that no statement is based on; each may be told as a medication of its own. */
  readonly plansAlone: number
  readonly problems: readonly SourceProblem[]
  readonly immunizations: readonly SourceImmunization[]
  readonly results: readonly SourceResult[]
  readonly statements: readonly SourceStatement[]
  readonly patient: SourcePatient | undefined
  /** How many resources are marked as not to be disclosed to the patient. */
  readonly notForPatient: number
  /** Free text anywhere that has to reach the reader. */
  readonly words: readonly string[]
}

type Json = { readonly [name: string]: unknown }
const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
const array = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])
const string = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** A number as its digits: `1.0` is not `1`. */
type Digits = { readonly digits: string }
const digits = (value: unknown): string | undefined => string(value) ?? (object(value) as Partial<Digits>).digits

export function readBundle(json: string): SourceRecord {
  const parse = JSON.parse as (
    text: string,
    revive: (key: string, value: unknown, context: { source?: string }) => unknown,
  ) => unknown
  const bundle = object(
    parse(json, (_key, value, { source }) => (typeof value === 'number' ? { digits: source ?? String(value) } : value)),
  )
  const all = array(bundle.entry).map((each) => object(object(each).resource))
  const contained = all
    .filter(({ resourceType }) => resourceType === 'List')
    .flatMap((list) => array(list.contained).map(object))
  const byUrl = new Map(all.map((each) => [`${each.resourceType}/${each.id}`, each]))
  // A record may hold the same resource twice, and an ended allergy is contained in each List that mentions it.
  const ofType = (type: string, from = all) => [
    ...new Map(from.filter((each) => each.resourceType === type).map((each) => [each.id ?? each, each])).values(),
  ]

  const requests = ofType('MedicationRequest')
  const basedOn = new Set(
    ofType('MedicationStatement').flatMap((each) => array(each.basedOn).map((base) => string(object(base).reference))),
  )
  return {
    allergies: [
      ...ofType('AllergyIntolerance').map((each) => allergy(each, false)),
      ...ofType('AllergyIntolerance', contained).map((each) => allergy(each, true)),
    ],
    medications: ofType('MedicationStatement').map((each) => medication(each, byUrl, requests)),
    plansAlone: requests.filter((each) => each.intent === 'plan' && !basedOn.has(`MedicationRequest/${each.id}`))
      .length,
    problems: ofType('Condition').map(problem),
    immunizations: ofType('Immunization').map(immunization),
    results: ofType('Observation').flatMap(results),
    statements: [
      'Observation',
      'Encounter',
      'ReferralRequest',
      'ProcedureRequest',
      'DocumentReference',
      'DiagnosticReport',
    ].flatMap((type) =>
      ofType(type)
        .filter((each) => !isNarrative(each))
        .map(statement),
    ),
    notForPatient: all.filter(({ meta }) => array(object(meta).security).some((each) => object(each).code === 'NOPAT'))
      .length,
    patient: ofType('Patient').map(patient)[0],
    words: all.flatMap(words),
  }
}

function patient(resource: Json): SourcePatient {
  const names = array(resource.name).map(object)
  return {
    nhsNumber: array(resource.identifier)
      .map(object)
      .flatMap(({ system, value }) => (system === 'https://fhir.nhs.uk/Id/nhs-number' ? (string(value) ?? []) : []))[0],
    families: names.flatMap(({ family }) => string(family) ?? []),
    givens: names.flatMap(({ given }) => array(given).flatMap((each) => string(each) ?? [])),
    birthDate: string(resource.birthDate),
    gender: string(resource.gender),
    postcodes: array(resource.address).flatMap((each) => string(object(each).postalCode) ?? []),
  }
}

function concept(value: unknown): SourceConcept {
  const { coding, text } = object(value)
  return {
    codes: array(coding).flatMap((each) => {
      const { system, code, display } = object(each)
      const known = string(code)
      return known ? [{ system: (string(system) ?? '').trim(), code: known.trim(), display: string(display) }] : []
    }),
    text: string(text),
  }
}

const extensionsOf = (value: Json, name: string) =>
  array(value.extension)
    .map(object)
    .filter(({ url }) => string(url)?.split('/').pop()?.includes(name))
const notes = (value: Json) => array(value.note).flatMap((note) => string(object(note).text) ?? [])

function allergy(resource: Json, inEndedList: boolean): SourceAllergy {
  const [end] = extensionsOf(resource, 'AllergyIntoleranceEnd')
  const part = (name: string) =>
    array(end?.extension)
      .map(object)
      .find(({ url }) => url === name)
  return {
    id: String(resource.id),
    concept: concept(resource.code),
    ended: inEndedList || resource.clinicalStatus === 'resolved' || resource.clinicalStatus === 'inactive',
    onset: string(resource.onsetDateTime),
    asserted: string(resource.assertedDate),
    end: string(part('endDate')?.valueDateTime),
    reactions: array(resource.reaction).flatMap((reaction) => {
      const { manifestation, severity } = object(reaction)
      return array(manifestation).map((each) => ({ concept: concept(each), severity: string(severity) }))
    }),
    words: notes(resource),
  }
}

function medication(resource: Json, byUrl: ReadonlyMap<string, Json>, requests: readonly Json[]): SourceMedication {
  const target = (value: unknown) => byUrl.get(string(object(value).reference) ?? '')
  const period = object(array(resource.effectivePeriod)[0])
  const plans = array(resource.basedOn).map((each) => string(object(each).reference))
  const drug = target(resource.medicationReference)
  return {
    id: String(resource.id),
    drug: drug
      ? concept(drug.code)
      : resource.medicationCodeableConcept
        ? concept(resource.medicationCodeableConcept)
        : undefined,
    status: string(resource.status) ?? '',
    start: string(period.start) ?? string(resource.effectiveDateTime),
    end: string(period.end),
    orders: requests.filter(
      (each) =>
        each.intent === 'order' && array(each.basedOn).some((base) => plans.includes(string(object(base).reference))),
    ).length,
    words: [...dosages(resource.dosage), ...notes(resource)],
  }
}

const dosages = (value: unknown) =>
  array(value).flatMap((each) =>
    [string(object(each).text), string(object(each).patientInstruction)].flatMap((text) => text ?? []),
  )

function problem(resource: Json): SourceProblem {
  const [significance] = extensionsOf(resource, 'ProblemSignificance')
  return {
    id: String(resource.id),
    concept: concept(resource.code),
    active: resource.clinicalStatus === 'active',
    onset: string(resource.onsetDateTime),
    abatement: string(resource.abatementDateTime),
    significance: string(significance?.valueCode),
    words: notes(resource),
  }
}

function immunization(resource: Json): SourceImmunization {
  const [procedure] = extensionsOf(resource, 'VaccinationProcedure')
  return {
    id: String(resource.id),
    vaccine: concept(resource.vaccineCode),
    procedure: concept(procedure?.valueCodeableConcept),
    given: resource.notGiven !== true,
    date: string(resource.date),
    lot: string(resource.lotNumber),
    words: notes(resource),
  }
}

/** The observation itself when it has a value, and each of its components. */
function results(resource: Json): SourceResult[] {
  const own = result(resource, resource, false)
  const hasValue = own.quantity || own.string || own.coded
  return [
    ...(hasValue ? [own] : []),
    ...array(resource.component).map((each) => result(object(each), resource, true)),
  ].filter((each) => each.quantity || each.string || each.coded)
}

const conceptOf: Record<string, (resource: Json) => unknown> = {
  Encounter: ({ type }) => array(type)[0],
  ReferralRequest: ({ reasonCode }) => array(reasonCode)[0],
  DocumentReference: ({ type }) => type,
}
const timeOf: Record<string, (resource: Json) => unknown> = {
  Observation: ({ effectiveDateTime, effectivePeriod }) => effectiveDateTime ?? object(effectivePeriod).start,
  Encounter: ({ period }) => object(period).start,
  ReferralRequest: ({ authoredOn }) => authoredOn,
  ProcedureRequest: ({ occurrenceDateTime, occurrencePeriod }) => occurrenceDateTime ?? object(occurrencePeriod).start,
  DocumentReference: ({ created }) => created,
  DiagnosticReport: ({ issued }) => issued,
}

/** "Comment note": its words are all there is of it. */
const isNarrative = ({ code, component }: Json) =>
  concept(code).codes.some((each) => each.code === '37331000000100') && component === undefined

function statement(resource: Json): SourceStatement {
  const type = String(resource.resourceType)
  return {
    id: String(resource.id),
    type,
    concept: concept(conceptOf[type]?.(resource) ?? resource.code),
    time: string(timeOf[type]?.(resource)),
    words: [],
  }
}

function result(value: Json, resource: Json, isComponent: boolean): SourceResult {
  const quantity = object(value.valueQuantity)
  const amount = digits(quantity.value)
  return {
    id: String(resource.id),
    concept: concept(value.code),
    status: string(resource.status) ?? '',
    time: string(resource.effectiveDateTime) ?? string(object(resource.effectivePeriod).start),
    quantity:
      amount === undefined
        ? undefined
        : {
            value: amount,
            unit: string(quantity.unit),
            code: string(quantity.code),
            comparator: string(quantity.comparator),
            isApproximate: extensionsOf(quantity, 'ValueApproximation').some((one) => one.valueBoolean === true),
          },
    string: string(value.valueString),
    coded: value.valueCodeableConcept ? concept(value.valueCodeableConcept) : undefined,
    interpretation: value.interpretation ? concept(value.interpretation) : undefined,
    ranges: array(value.referenceRange).map((each) => {
      const { low, high, text } = object(each)
      return { low: digits(object(low).value), high: digits(object(high).value), text: string(text) }
    }),
    isComponent,
    words: isComponent ? [] : [string(resource.comment)].flatMap((text) => text ?? []),
  }
}

/** Comments, notes, dosages and the like of any resource. */
function words(resource: Json): string[] {
  return [
    string(resource.comment),
    string(resource.conclusion),
    ...(resource.resourceType === 'DocumentReference' || resource.resourceType === 'ReferralRequest'
      ? [string(resource.description)]
      : []),
    // "Information not available" of an empty List is told in other words.
    ...notes(resource).filter((text) => resource.resourceType !== 'List' || !/^information not available/i.test(text)),
    ...(resource.resourceType === 'OperationOutcome'
      ? array(resource.issue).map((issue) => string(object(object(issue).details).text))
      : []),
    ...dosages(resource.resourceType === 'MedicationStatement' ? resource.dosage : undefined),
    ...dosages(
      resource.resourceType === 'MedicationRequest' && resource.intent === 'plan'
        ? resource.dosageInstruction
        : undefined,
    ),
  ].flatMap((text) => text ?? [])
}
