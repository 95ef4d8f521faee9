import type { Coded, Fact, Medication, MedicationIssue, Product } from '../ccda/record.ts'
import { optional } from './datatypes.ts'
import { extension } from './extensions.ts'
import { boolean, type Json, object, objects, rawString } from './json.ts'
import { item, nothing, type Reader, whenOf } from './item.ts'
import type { SourceEntry } from './source.ts'

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
  const { text, coded, codedFact, fact } = datatypes
  source.current = main
  const statement = main.resource
  const request = main.type === 'MedicationStatement' ? plan?.resource : statement
  const { code, product } = readProduct(reader, main, plan)
  const facts: Fact[] = [...product.facts]
  const agency = coded(extension(statement, 'PrescribingAgency')?.valueCodeableConcept)
  if (request) {
    const type = coded(extension(request, 'PrescriptionType')?.valueCodeableConcept)
    fact(facts, 'Prescription type', type?.text)
    const repeat = extension(request, 'MedicationRepeatInformation')
    fact(facts, 'Issues allowed', numberOf(extension(repeat, 'numberOfRepeatPrescriptionsAllowed')))
    fact(facts, 'Issues made', numberOf(extension(repeat, 'numberOfRepeatPrescriptionsIssued')))
    fact(facts, 'Authorisation expires', text(extension(repeat, 'authorisationExpiryDate')?.valueDateTime))
    const reason = extension(request, 'MedicationStatusReason')
    codedFact(facts, 'Reason for status', extension(reason, 'statusReason')?.valueCodeableConcept)
    fact(facts, 'Status changed', text(extension(reason, 'statusChangeDate')?.valueDateTime))
  }
  fact(facts, 'Prescribed by', agency?.text)
  fact(facts, 'Last issued', text(extension(statement, '(?:MedicationStatement)?LastIssueDate')?.valueDateTime))
  fact(
    facts,
    'Dosage last changed',
    text(extension(statement, '(?:Medication(?:Statement)?)?DosageLastChanged')?.valueDateTime),
  )
  fact(facts, 'Reason', reasons(reader, statement) ?? (request && reasons(reader, request)))
  if (request) supplyFacts(reader, request, facts)

  const of = main.type === 'MedicationStatement' ? whenOf(reader, main, 'effective') : {}
  const valid = request && datatypes.period(object(request.dispenseRequest)?.validityPeriod)
  if (valid && of.start !== undefined && (valid.start !== of.start || (valid.end ?? of.end) !== of.end))
    fact(facts, 'Authorised for', [valid.start, valid.end].filter(Boolean).join(' to '))
  if (request && statement.dateAsserted !== undefined && request.authoredOn !== statement.dateAsserted)
    fact(facts, 'Authorised on', text(request.authoredOn))
  const base = item(reader, main, {
    code,
    when: of.at !== undefined || of.start !== undefined || of.end !== undefined ? of : (valid ?? {}),
    recorded: statement.dateAsserted ?? request?.authoredOn,
    author: author(reader, statement) ?? (request && author(reader, request)),
    notes: [...objects(statement.note), ...(request && request !== statement ? objects(request.note) : [])],
    facts,
  })
  const dosage = dosageWords(reader, statement.dosage ?? statement.dosageInstruction)
  const planned = request && request !== statement ? dosageWords(reader, request.dosageInstruction) : []
  for (const words of planned) if (!dosage.includes(words)) dosage.push(words)
  return {
    ...base,
    identifiers: [
      ...base.identifiers,
      ...(request && request !== statement ? datatypes.identifiers(request.identifier) : []),
    ],
    notes: base.notes.filter((note, at) => base.notes.findIndex((other) => other.text === note.text) === at),
    product,
    dosage,
    sameAs: plan ? [plan.key] : [],
    issues: orders.map((order) => readIssue(reader, order, code)),
    ...optional('quantity', request && supplied(reader, request)),
    ...optional(
      'route',
      firstRoute(reader, statement.dosage ?? statement.dosageInstruction) ??
        firstRoute(reader, request?.dosageInstruction),
    ),
  }
}

function readIssue(reader: Reader, order: SourceEntry, planned: Coded): MedicationIssue {
  const { source, people, datatypes } = reader
  source.current = order
  const { resource } = order
  const { code, product } = readProduct(reader, order, undefined)
  const facts: Fact[] = []
  supplyFacts(reader, resource, facts)
  const reason = extension(resource, 'MedicationStatusReason')
  datatypes.codedFact(facts, 'Reason for status', extension(reason, 'statusReason')?.valueCodeableConcept)
  const valid = datatypes.period(object(resource.dispenseRequest)?.validityPeriod)
  const other = code.text !== planned.text || code.codings[0]?.code !== planned.codings[0]?.code
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
      author: author(reader, resource),
      notes: resource.note,
      facts,
    }),
    dosage: dosageWords(reader, resource.dosageInstruction),
    ...(other ? { product } : product.key !== undefined && { product }),
    ...optional('quantity', supplied(reader, resource)),
    ...optional('performer', people.party(object(resource.dispenseRequest)?.performer)),
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
      source.current = target
      const facts: Fact[] = []
      datatypes.fact(facts, 'Form', datatypes.coded(target.resource.form)?.text)
      for (const batch of objects(object(target.resource.package)?.batch))
        datatypes.fact(facts, 'Batch', datatypes.text(batch.lotNumber))
      const code = datatypes.coded(target.resource.code)
      source.current = main
      if (code) return { code, product: { key: target.key, facts } }
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

/** The record's own words, and what it gives in structure as words: no dose is ever worked out. */
function dosageWords({ datatypes }: Reader, value: unknown): string[] {
  const found: string[] = []
  for (const dosage of objects(value)) {
    const parts = [datatypes.word(dosage.text), datatypes.word(dosage.patientInstruction)]
    for (const extra of objects(dosage.additionalInstruction)) parts.push(datatypes.coded(extra)?.text)
    const amount = datatypes.quantity(dosage.doseQuantity)
    if (amount) parts.push(`Dose recorded as ${[amount.value, amount.unit ?? amount.code].filter(Boolean).join(' ')}`)
    if (dosage.asNeededBoolean === true || dosage.asNeededCodeableConcept)
      parts.push(['As needed', datatypes.coded(dosage.asNeededCodeableConcept)?.text].filter(Boolean).join(': '))
    const timing = timingWords(object(dosage.timing), datatypes)
    if (timing) parts.push(timing)
    const site = datatypes.coded(dosage.site)?.text
    if (site) parts.push(`Site: ${site}`)
    const words = parts.filter((part) => part !== undefined && part !== '').join('. ')
    if (words !== '') found.push(words)
  }
  return found
}

function timingWords(timing: Json | undefined, { text, coded }: Reader['datatypes']): string | undefined {
  const code = coded(timing?.code)?.text
  const repeat = object(timing?.repeat)
  const words = [
    code,
    repeat?.frequency !== undefined &&
      `${rawString(repeat.frequency)} times per ${rawString(repeat.period) ?? ''} ${text(repeat.periodUnit) ?? ''}`.trim(),
    repeat?.when !== undefined && objectsOrWords(repeat.when),
  ].filter(Boolean)
  return words.length === 0 ? undefined : `Timing recorded as ${words.join(', ')}`
}

function objectsOrWords(value: unknown): string {
  return (Array.isArray(value) ? value : [value])
    .map((one) => rawString(one))
    .filter(Boolean)
    .join(', ')
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
  return quantity || words ? { ...optional('quantity', quantity), ...optional('text', words) } : undefined
}

function supplyFacts({ people, datatypes }: Reader, request: Json, facts: Fact[]): void {
  const dispense = object(request.dispenseRequest)
  const duration = datatypes.quantity(dispense?.expectedSupplyDuration)
  datatypes.fact(
    facts,
    'Expected to last',
    duration && [duration.value, duration.unit ?? duration.code].filter(Boolean).join(' '),
  )
  const dispenser = people.party(dispense?.performer)
  datatypes.fact(facts, 'Dispenser', dispenser?.organisation?.name ?? dispenser?.name)
  datatypes.fact(facts, 'Prescription group', datatypes.text(object(request.groupIdentifier)?.value))
  const substitution = object(request.substitution)
  if (substitution?.allowed !== undefined)
    datatypes.fact(facts, 'Substitution', boolean(substitution.allowed) ? 'Allowed' : 'Not allowed')
  if (request.priorPrescription !== undefined)
    datatypes.fact(facts, 'Follows prescription', datatypes.text(object(request.priorPrescription)?.reference))
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
