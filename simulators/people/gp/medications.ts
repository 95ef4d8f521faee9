/**
 * One medication is a MedicationStatement based on a MedicationRequest of intent `plan`; each issue is one of intent `order`.
 * https://developer.nhs.uk/apis/gpconnect-1-6-0/accessrecord_structured_development_medication_resource_relationships.html
 */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import { addDays, type Day } from '../dates.ts'
import type { Medication } from '../person.ts'
import type { Item } from './item.ts'
import { practiceRef, practitionerRef } from './people.ts'
import { gpc, nhs, profile, sharedId, snomed, type Writer } from './shape.ts'

const types = {
  acute: ['acute', 'Acute'],
  repeat: ['repeat', 'Repeat'],
  'repeat-dispensing': ['repeat-dispensing', 'Repeat dispensing'],
} as const

export function medicationItems(writer: Writer, issues: boolean): Item[] {
  return writer.person.history.medications.map((medication): Item => {
    const drug: Resource = {
      resourceType: 'Medication',
      id: drugId(writer, medication),
      meta: profile('Medication'),
      code: snomed(medication.drug.dmd),
    }
    return {
      area: 'medication',
      key: medication.key,
      day: medication.start,
      consultation: medication.consultation,
      ...(medication.problem && { problem: medication.problem }),
      main: statement(writer, medication),
      others: [
        drug,
        plan(writer, medication),
        ...(issues ? medication.issues.map((day, n) => order(writer, medication, day, n)) : []),
      ],
      heading: 'Plan',
    }
  })
}

const drugId = ({ manner }: Writer, { drug }: Medication) => sharedId(manner, `drug ${drug.key}`)
const lastIssue = ({ issues, start }: Medication): Day => issues[issues.length - 1] ?? start

function statement(writer: Writer, medication: Medication): Resource {
  const { end, stopReason, start, key, drug } = medication
  return {
    ...writer.head('MedicationStatement', `${key}-statement`),
    extension: [
      { url: gpc('MedicationStatementLastIssueDate'), valueDateTime: lastIssue(medication) },
      {
        url: gpc('PrescribingAgency'),
        valueCodeableConcept: nhs(
          'CareConnect-PrescribingAgency',
          'prescribed-at-gp-practice',
          'Prescribed at GP practice',
        ),
      },
    ],
    basedOn: [writer.ref('MedicationRequest', `${key}-plan`)],
    context: writer.ref('Encounter', medication.consultation),
    status: end ? (stopReason ? 'stopped' : 'completed') : 'active',
    medicationReference: { reference: `Medication/${drugId(writer, medication)}` },
    effectivePeriod: { start, ...(end && { end }) },
    dateAsserted: start,
    subject: writer.subject,
    taken: 'unk',
    dosage: [{ text: drug.dose }],
  }
}

function request(writer: Writer, medication: Medication, key: string): Resource {
  const [code, display] = types[medication.type]
  return {
    ...writer.head('MedicationRequest', key),
    extension: [
      { url: gpc('PrescriptionType'), valueCodeableConcept: nhs('CareConnect-PrescriptionType', code, display) },
    ],
    groupIdentifier: { value: writer.id(`${medication.key}-group`) },
    medicationReference: { reference: `Medication/${drugId(writer, medication)}` },
    subject: writer.subject,
    context: writer.ref('Encounter', medication.consultation),
    recorder: practitionerRef(writer, writer.person.gp),
    requester: { agent: practitionerRef(writer, writer.person.gp), onBehalfOf: practiceRef(writer) },
    dosageInstruction: [{ text: medication.drug.dose }],
  }
}

const dispense = ({ drug }: Medication, start: Day, end: Day | undefined) => ({
  validityPeriod: { start, ...(end && { end }) },
  quantity: {
    extension: [{ url: gpc('MedicationQuantityText'), valueString: `${drug.quantity} ${drug.unit}` }],
    value: drug.quantity,
    unit: drug.unit,
  },
  expectedSupplyDuration: { value: drug.days, unit: 'day', system: 'http://unitsofmeasure.org', code: 'd' },
})

function plan(writer: Writer, medication: Medication): Resource {
  const { end, stopReason, start, type, issues } = medication
  const made = request(writer, medication, `${medication.key}-plan`)
  return {
    ...made,
    extension: [
      ...(made.extension as object[]),
      ...(type === 'acute'
        ? []
        : [
            {
              url: gpc('MedicationRepeatInformation'),
              extension: [
                { url: 'numberOfRepeatPrescriptionsAllowed', valuePositiveInt: 12 },
                { url: 'numberOfRepeatPrescriptionsIssued', valueUnsignedInt: issues.length },
              ],
            },
          ]),
      ...(stopReason && end
        ? [
            {
              url: gpc('MedicationStatusReason'),
              extension: [
                { url: 'statusReason', valueCodeableConcept: { text: stopReason } },
                { url: 'statusChangeDate', valueDateTime: end },
              ],
            },
          ]
        : []),
    ],
    status: end ? (stopReason ? 'stopped' : 'completed') : 'active',
    intent: 'plan',
    authoredOn: start,
    dispenseRequest: dispense(medication, start, end),
  }
}

function order(writer: Writer, medication: Medication, day: Day, n: number): Resource {
  return {
    ...request(writer, medication, `${medication.key}-order-${n + 1}`),
    basedOn: [writer.ref('MedicationRequest', `${medication.key}-plan`)],
    status: 'completed',
    intent: 'order',
    authoredOn: day,
    dispenseRequest: dispense(medication, day, addDays(day, medication.drug.days)),
  }
}
