import { lookup } from '../lookup.ts'
import type { Coded, Fact, Medication, MedicationIssue, Party, Product } from '../ccda/record.ts'
import { readableWhen } from '../ccda/time.ts'
import { extension } from './extensions.ts'
import { array, boolean, type Json, object, objects, rawString } from './json.ts'
import { item, modifiers, nothing, type Reader, whenOf } from './item.ts'
import { nameOf } from './people.ts'
import { elements, say, sayTheRest } from './say.ts'
import { shared } from './shared.ts'
import type { SourceEntry } from './source.ts'

const readOfStatement = elements(
  'status',
  'taken',
  'basedOn',
  'medicationReference',
  'medicationCodeableConcept',
  'effectiveDateTime',
  'effectivePeriod',
  'dateAsserted',
  'informationSource',
  'reasonCode',
  'note',
  'dosage',
)
const readOfRequest = elements(
  'status',
  'intent',
  'basedOn',
  'medicationReference',
  'medicationCodeableConcept',
  'authoredOn',
  'requester',
  'recorder',
  'reasonCode',
  'note',
  'dosageInstruction',
  'dispenseRequest',
  'substitution',
  'priorPrescription',
  'groupIdentifier',
)
const readOfMedication = elements('code', 'form', 'package')
const readOfDispense = elements(
  'quantity',
  'validityPeriod',
  'expectedSupplyDuration',
  'numberOfRepeatsAllowed',
  'performer',
)
const readOfDosage = elements(
  'text',
  'patientInstruction',
  'additionalInstruction',
  'doseQuantity',
  'asNeededBoolean',
  'asNeededCodeableConcept',
  'timing',
  'site',
  'route',
)

/**
 * One medication is a MedicationStatement, based on a MedicationRequest of intent `plan`; the requests of intent `order`
 * based on that plan are its issues. A plan or an order on its own is a medication of its own: nothing is dropped
 * because something it should point at is missing.
 * https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-MedicationStatement-1
 */
export function readMedications(reader: Reader): Medication[] {
  const { source } = reader
  const requests = source.ofType('MedicationRequest')
  const ordersOf = new Map<string, SourceEntry[]>()
  const loose: SourceEntry[] = []
  for (const request of requests) {
    const intent = rawString(request.resource.intent)
    if (intent === 'plan') continue
    const plan = firstRequest(reader, request)
    if (plan && plan.key !== request.key) {
      const known = ordersOf.get(plan.key)
      if (known) known.push(request)
      else ordersOf.set(plan.key, [request])
    } else loose.push(request)
  }

  const medications: Medication[] = []
  const told = new Set<string>()
  const ordersUnder = (key: string): SourceEntry[] => {
    const orders = ordersOf.get(key) ?? []
    ordersOf.delete(key)
    return orders
  }
  for (const statement of source.ofType('MedicationStatement')) {
    source.current = statement
    const plan = firstRequest(reader, statement)
    const owned = plan !== undefined && !told.has(plan.key) ? plan : undefined
    if (owned) told.add(owned.key)
    const ofPlan = owned ? ordersUnder(owned.key) : []
    // An order that names the statement's own request, where that request is itself an order.
    medications.push(readMedication(reader, statement, owned, ofPlan))
  }
  for (const plan of requests)
    if (rawString(plan.resource.intent) === 'plan' && !told.has(plan.key)) {
      told.add(plan.key)
      medications.push(readMedication(reader, plan, undefined, ordersUnder(plan.key)))
    }
  const left = [...loose, ...[...ordersOf.values()].flat()]
  for (const order of left) if (!told.has(order.key)) medications.push(readMedication(reader, order, undefined, []))
  return medications
}

function firstRequest({ source }: Reader, entry: SourceEntry): SourceEntry | undefined {
  source.current = entry
  for (const reference of objects(entry.resource.basedOn)) {
    const target = source.resolve(reference)
    if (target?.type === 'MedicationRequest') return target
    if (rawString(reference.reference) !== undefined && target === undefined)
      source.issue({ severity: 'warning', text: 'Based on a request that is not in the record', resource: entry.key })
  }
  return undefined
}

function readMedication(
  reader: Reader,
  main: SourceEntry,
  plan: SourceEntry | undefined,
  orders: SourceEntry[],
): Medication {
  const { source, datatypes } = reader
  const { text, coded, fact } = datatypes
  source.current = main
  const statement = main.resource
  const request = main.type === 'MedicationStatement' ? plan?.resource : statement
  const { code, product } = readProduct(reader, main, plan)
  const facts: Fact[] = [...product.facts]
  const agency = coded(extension(statement, 'PrescribingAgency')?.valueCodeableConcept)
  const type = request && prescriptionType(reader, request)
  if (request) {
    fact(facts, 'Prescription type', type)
    repeatFacts(reader, request, facts)
    statusFacts(reader, request, facts)
  }
  fact(facts, 'Prescribed by', agency?.text)
  fact(facts, 'Last issued', text(extension(statement, 'LastIssueDate')?.valueDateTime))
  fact(facts, 'Dosage last changed', text(extension(statement, 'DosageLastChanged')?.valueDateTime))
  fact(facts, 'Reason', reasons(reader, statement) ?? (request && reasons(reader, request)))
  if (request) supplyFacts(reader, request, facts)
  const notTaken = statement.taken === 'n'
  const proposed = rawString(request?.intent) === 'proposal'
  const cautions = notTaken ? ['Recorded as not taken by the patient.'] : []
  if (proposed) cautions.push('A proposal, and no prescription.')
  if (statement.taken !== 'unk' && !notTaken) fact(facts, 'Taken', takenWords[text(statement.taken) ?? ''])
  let secret = false
  if (request && plan && request !== statement) {
    const ended = rawString(statement.status) === 'active' && endedStatuses.has(rawString(request.status) ?? '')
    // Whoever takes it for current has to see that nobody may issue it.
    if (ended) cautions.push(`Its authorisation is ${text(request.status)?.replaceAll('-', ' ')}.`)
    else if (text(request.status) !== text(statement.status))
      fact(facts, 'Status of the authorisation', text(request.status))
    source.current = plan
    const isNamed =
      request.medicationCodeableConcept !== undefined || source.resolve(request.medicationReference) !== undefined
    const authorised = isNamed ? readProduct(reader, plan, undefined) : undefined
    if (authorised && isOther(authorised.code, code) && authorised.code.text !== '') {
      fact(facts, 'Authorised product', withCodes(authorised.code))
      source.issue({
        severity: 'warning',
        text: 'A medication names another product than its authorisation',
        resource: main.key,
      })
    }
    source.current = plan
    sayTheRest(reader, facts, request, readOfRequest, 'Authorisation: ')
    cautions.push(...modifiers(reader, plan))
    secret = plan.notForPatient
    source.current = main
  }

  const of = main.type === 'MedicationStatement' ? whenOf(reader, main, 'effective') : {}
  const valid = request && datatypes.period(object(request.dispenseRequest)?.validityPeriod)
  const isDated = of.at !== undefined || of.start !== undefined || of.end !== undefined
  if (valid && isDated && (valid.start !== (of.start ?? of.at) || (valid.end ?? of.end) !== of.end))
    fact(facts, 'Authorised for', readableWhen(valid))
  if (request && statement.dateAsserted !== undefined && request.authoredOn !== statement.dateAsserted)
    fact(facts, 'Authorised on', text(request.authoredOn))
  const writer = author(reader, statement) ?? (request && author(reader, request))
  for (const one of request && request !== statement ? [statement, request] : [statement])
    requesters(reader, one, writer, facts)
  const base = item(reader, main, {
    code,
    when: isDated ? of : (valid ?? {}),
    recorded: statement.dateAsserted ?? request?.authoredOn,
    author: writer,
    notes: [...objects(statement.note), ...(request && request !== statement ? objects(request.note) : [])],
    facts,
    read: main.type === 'MedicationStatement' ? readOfStatement : readOfRequest,
  })
  cautions.push(...(base.cautions ?? []))
  const dosage = dosageWords(reader, statement.dosage ?? statement.dosageInstruction)
  const planned = request && request !== statement ? dosageWords(reader, request.dosageInstruction) : []
  // Two lines of dosage are two doses: other words of the authorisation for the same one are named as such.
  for (const words of planned) if (!dosage.includes(words)) dosage.push(`Authorised as: ${words}`)
  return {
    ...base,
    identifiers: [
      ...base.identifiers,
      ...(request && request !== statement ? datatypes.identifiers(request.identifier) : []),
    ],
    notes: base.notes.filter((note, at) => base.notes.findIndex((other) => other.text === note.text) === at),
    ...(cautions.length > 0 && { cautions }),
    ...(secret && { notForPatient: true }),
    notTaken,
    proposed,
    product,
    dosage,
    sameAs: plan ? [plan.key] : [],
    issues: orders.map((order) => readIssue(reader, order, code, type)),
    quantity: request && supplied(reader, request),
    authorised: request && authorisation(reader, request),
    route:
      firstRoute(reader, statement.dosage ?? statement.dosageInstruction) ??
      firstRoute(reader, request?.dosageInstruction),
  }
}

function isOther(one: Coded, other: Coded): boolean {
  return one.text !== other.text || one.codings[0]?.code !== other.codings[0]?.code
}

function withCodes({ text, codings }: Coded): string {
  const codes = codings.map((one) => one.code).filter((code) => code !== undefined && code !== text)
  return codes.length === 0 ? text : `${text} [${codes.join(', ')}]`
}

function prescriptionType({ datatypes }: Reader, request: Json): string | undefined {
  return datatypes.coded(extension(request, 'PrescriptionType')?.valueCodeableConcept)?.text
}

function repeatFacts({ datatypes: { fact, text } }: Reader, request: Json, facts: Fact[]): void {
  const repeat = extension(request, 'MedicationRepeatInformation')
  if (repeat === undefined) return
  fact(facts, 'Issues allowed', numberOf(extension(repeat, 'numberOfRepeatPrescriptionsAllowed')))
  fact(facts, 'Issues made', numberOf(extension(repeat, 'numberOfRepeatPrescriptionsIssued')))
  fact(facts, 'Authorisation expires', text(extension(repeat, 'authorisationExpiryDate')?.valueDateTime))
}

function statusFacts({ datatypes: { codedFact, fact, text } }: Reader, request: Json, facts: Fact[]): void {
  const reason = extension(request, 'MedicationStatusReason')
  if (reason === undefined) return
  codedFact(facts, 'Reason for status', extension(reason, 'statusReason')?.valueCodeableConcept)
  fact(facts, 'Status changed', text(extension(reason, 'statusChangeDate')?.valueDateTime))
}

const endedStatuses = new Set(['stopped', 'cancelled', 'completed', 'entered-in-error'])

const takenWords: Readonly<Record<string, string>> = lookup({ y: 'Yes', na: 'Not applicable' })

/** Who asked for it, where somebody else wrote it down. */
function requesters({ people, datatypes }: Reader, resource: Json, author: Party | undefined, facts: Fact[]): void {
  const requester = object(resource.requester)
  const told = author === undefined ? [] : [nameOf(author)]
  const tell = (label: string, reference: unknown): void => {
    const party = reference === undefined ? undefined : people.party(reference)
    if (party === undefined) return
    const name = nameOf(party)
    if (told.includes(name)) return
    told.push(name)
    if (!facts.some((one) => one.label === label && one.text === name)) datatypes.fact(facts, label, name)
  }
  tell('Recorded by', resource.recorder)
  tell('Requested by', requester?.agent)
  tell('Source', resource.informationSource)
  tell('On behalf of', requester?.onBehalfOf)
}

function readIssue(
  reader: Reader,
  order: SourceEntry,
  planned: Coded,
  plannedType: string | undefined,
): MedicationIssue {
  const { source, people, datatypes } = reader
  source.current = order
  const { resource } = order
  const { code, product } = readProduct(reader, order, undefined)
  const facts: Fact[] = []
  const type = prescriptionType(reader, resource)
  if (type !== plannedType) datatypes.fact(facts, 'Prescription type', type)
  repeatFacts(reader, resource, facts)
  supplyFacts(reader, resource, facts)
  statusFacts(reader, resource, facts)
  datatypes.fact(facts, 'Reason', reasons(reader, resource))
  const writer = author(reader, resource)
  requesters(reader, resource, writer, facts)
  const valid = datatypes.period(object(resource.dispenseRequest)?.validityPeriod)
  const other = isOther(code, planned)
  if (other && code.text !== '')
    source.issue({
      severity: 'warning',
      text: 'An issue of a medication names another product than its authorisation',
      resource: order.key,
    })
  return {
    ...item(reader, order, {
      code: code === nothing || (code.text === '' && code.codings.length === 0) ? planned : code,
      when: valid ?? {},
      recorded: resource.authoredOn,
      author: writer,
      notes: resource.note,
      facts,
      read: readOfRequest,
    }),
    dosage: dosageWords(reader, resource.dosageInstruction),
    ...(other ? { product } : product.key !== undefined && { product }),
    quantity: supplied(reader, resource),
    performer: people.party(object(resource.dispenseRequest)?.performer),
  }
}

function readProduct(
  reader: Reader,
  main: SourceEntry,
  plan: SourceEntry | undefined,
): { code: Coded; product: Product } {
  const { source, datatypes } = reader
  for (const holder of plan ? [main, plan] : [main]) {
    source.current = holder
    const inline = datatypes.coded(holder.resource.medicationCodeableConcept)
    if (inline) return { code: inline, product: { key: undefined, facts: [] } }
    const reference = object(holder.resource.medicationReference)
    const target = source.resolve(reference)
    if (target?.type === 'Medication') {
      const known = products.get(target)
      if (known) {
        source.current = main
        return known
      }
      source.current = target
      const facts: Fact[] = []
      datatypes.fact(facts, 'Form', datatypes.coded(target.resource.form)?.text)
      for (const batch of objects(object(target.resource.package)?.batch))
        datatypes.fact(facts, 'Batch', datatypes.text(batch.lotNumber))
      sayTheRest(reader, facts, target.resource, readOfMedication)
      const code = datatypes.coded(target.resource.code)
      source.current = main
      if (code) {
        const told = shared({ code, facts }, target.key, source)
        const made = { code: told.code, product: { key: target.key, facts: told.facts } }
        products.set(target, made)
        return made
      }
      const display = datatypes.text(reference?.display)
      return { code: display ? { codings: [], text: display } : nothing, product: { key: target.key, facts } }
    }
    const display = datatypes.text(reference?.display)
    if (display) return { code: { codings: [], text: display }, product: { key: undefined, facts: [] } }
  }
  source.current = main
  source.issue({ severity: 'error', text: 'A medication whose name is not in the record', resource: main.key })
  return { code: nothing, product: { key: undefined, facts: [] } }
}

/** Many requests are for one Medication: it is read once. */
const products = new WeakMap<SourceEntry, { code: Coded; product: Product }>()

/** The record's own words, and what it gives in structure as words: no dose is ever worked out. */
function dosageWords(reader: Reader, value: unknown): string[] {
  const { datatypes } = reader
  const found: string[] = []
  for (const dosage of objects(value)) {
    const parts = [datatypes.word(dosage.text), datatypes.word(dosage.patientInstruction)]
    for (const extra of objects(dosage.additionalInstruction)) parts.push(datatypes.coded(extra)?.text)
    const amount = datatypes.amount(dosage.doseQuantity)
    if (amount !== undefined) parts.push(`Dose recorded as ${amount}`)
    if (boolean(dosage.asNeededBoolean) === true || dosage.asNeededCodeableConcept)
      parts.push(['As needed', datatypes.coded(dosage.asNeededCodeableConcept)?.text].filter(Boolean).join(': '))
    parts.push(...timingWords(reader, object(dosage.timing)))
    const site = datatypes.coded(dosage.site)?.text
    if (site) parts.push(`Site: ${site}`)
    const rest: Fact[] = []
    sayTheRest(reader, rest, dosage, readOfDosage)
    for (const { label, text } of rest) parts.push(`${label}: ${text}`)
    const words = parts.filter((part) => part !== undefined && part !== '').join('. ')
    if (words !== '') found.push(words)
  }
  return found
}

const readOfTiming = elements('code', 'repeat')
const readOfRepeat = elements('frequency', 'period', 'periodUnit', 'when')

function timingWords(reader: Reader, timing: Json | undefined): string[] {
  if (timing === undefined) return []
  const { text, coded } = reader.datatypes
  const repeat = object(timing.repeat)
  const words: (string | undefined)[] = [coded(timing.code)?.text]
  if (repeat?.frequency !== undefined)
    words.push(
      `${rawString(repeat.frequency)} times per ${rawString(repeat.period) ?? ''} ${text(repeat.periodUnit) ?? ''}`.trim(),
    )
  if (repeat?.when !== undefined) words.push(array(repeat.when).map(rawString).filter(Boolean).join(', '))
  const rest: Fact[] = []
  sayTheRest(reader, rest, timing, readOfTiming)
  if (repeat) {
    if (repeat.frequency === undefined) {
      say(reader, rest, 'Period', repeat.period)
      say(reader, rest, 'Period unit', repeat.periodUnit)
    }
    sayTheRest(reader, rest, repeat, readOfRepeat)
  }
  for (const { label, text } of rest) words.push(`${label.toLowerCase()} ${text}`)
  const told = words.filter(Boolean)
  return told.length === 0 ? [] : [`Timing recorded as ${told.join(', ')}`]
}

function firstRoute({ datatypes }: Reader, value: unknown): Coded | undefined {
  for (const dosage of objects(value)) {
    const route = datatypes.coded(dosage.route)
    if (route) return route
  }
  return undefined
}

function supplied({ datatypes }: Reader, request: Json): Medication['quantity'] | undefined {
  const amount = object(object(request.dispenseRequest)?.quantity)
  const quantity = datatypes.quantity(amount)
  const words = datatypes.word(extension(amount, 'MedicationQuantityText')?.valueString)
  return quantity || words ? { quantity, text: words } : undefined
}

/**
 * `numberOfRepeatsAllowed` does not count the first supply, CDA's repeatNumber does: that one stays in words, since
 * turning it into the other would be sums.
 */
function authorisation({ datatypes }: Reader, request: Json): Medication['authorised'] {
  const repeat = extension(request, 'MedicationRepeatInformation')
  return {
    status: datatypes.text(request.status),
    period: datatypes.period(object(request.dispenseRequest)?.validityPeriod),
    issuesAllowed: numberOf(extension(repeat, 'numberOfRepeatPrescriptionsAllowed')),
  }
}

function supplyFacts(reader: Reader, request: Json, facts: Fact[]): void {
  const { people, datatypes } = reader
  const dispense = object(request.dispenseRequest)
  datatypes.fact(facts, 'Expected to last', datatypes.amount(dispense?.expectedSupplyDuration))
  datatypes.fact(facts, 'Repeats allowed', rawString(dispense?.numberOfRepeatsAllowed))
  if (dispense) sayTheRest(reader, facts, dispense, readOfDispense)
  const dispenser = people.party(dispense?.performer)
  if (dispenser) datatypes.fact(facts, 'Dispenser', dispenser.organisation?.name ?? dispenser.name)
  datatypes.fact(facts, 'Prescription group', datatypes.text(object(request.groupIdentifier)?.value))
  const substitution = object(request.substitution)
  if (substitution?.allowed !== undefined)
    datatypes.fact(facts, 'Substitution', boolean(substitution.allowed) ? 'Allowed' : 'Not allowed')
  datatypes.codedFact(facts, 'Reason for substitution', substitution?.reason)
  say(reader, facts, 'Follows prescription', request.priorPrescription)
}

function author({ people }: Reader, resource: Json) {
  return (
    people.party(resource.recorder) ??
    people.party(object(resource.requester)?.agent) ??
    people.party(resource.informationSource) ??
    people.party(object(resource.requester)?.onBehalfOf)
  )
}

function reasons({ datatypes }: Reader, resource: Json): string | undefined {
  const words = objects(resource.reasonCode)
    .map((one) => datatypes.coded(one)?.text)
    .filter(Boolean)
  return words.length === 0 ? undefined : words.join(', ')
}

function numberOf(holder: Json | undefined): string | undefined {
  return rawString(holder?.valuePositiveInt ?? holder?.valueUnsignedInt ?? holder?.valueInteger)
}
