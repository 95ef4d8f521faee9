/** Encounters, problems, allergies, medicines, immunizations, procedures, plans and appointments of a person. US Core 5.0.1. */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import { noKnownAllergy } from '../catalogue/allergies.ts'
import { addDays, instant } from '../dates.ts'
import type {
  Allergy,
  Appointment,
  Consultation,
  Medication,
  Person,
  Problem,
  Procedure,
  Vaccination,
} from '../person.ts'
import { slotId } from './places.ts'
import { coding, encounterOf, hl7, identifierOf, idOf, loinc, patientOf, snomed, systems, usCore } from './shape.ts'

export function record(person: Person): Resource[] {
  const { history } = person
  return [
    ...history.consultations.map((each) => encounter(person, each)),
    ...history.problems.map((each) => condition(person, each)),
    ...history.allergies.map((each) => allergy(person, each)),
    ...noAllergy(person),
    ...history.medications.flatMap((each) => medication(person, each)),
    ...history.vaccinations.map((each) => immunization(person, each)),
    ...history.procedures.map((each) => procedure(person, each)),
    ...plans(person),
    ...history.referrals.map(
      (referral): Resource => ({
        resourceType: 'ServiceRequest',
        id: idOf(person, referral.key),
        identifier: [identifierOf(person, referral.key)],
        status: 'active',
        intent: 'order',
        priority: referral.priority,
        category: [{ coding: [coding('snomed', { code: '3457005', display: 'Patient referral' })] }],
        code: snomed(referral.concept),
        subject: patientOf(person),
        encounter: encounterOf(person, referral.consultation),
        authoredOn: referral.day,
        requester: { reference: `Practitioner/${person.gp.id}` },
        ...(referral.problem && { reasonReference: [{ reference: `Condition/${idOf(person, referral.problem)}` }] }),
      }),
    ),
    ...history.appointments.map((each) => appointment(person, each)),
  ]
}

const classes = {
  surgery: ['AMB', 'ambulatory'],
  telephone: ['VR', 'virtual'],
  home: ['HH', 'home health'],
  hospital: ['AMB', 'ambulatory'],
} as const

function encounter(person: Person, visit: Consultation): Resource {
  const [code, display] = classes[visit.manner]
  const place = visit.manner === 'hospital' ? 'hospital-1' : person.practice.id
  return {
    resourceType: 'Encounter',
    id: idOf(person, visit.key),
    ...usCore('us-core-encounter'),
    identifier: [identifierOf(person, visit.key)],
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code, display },
    type: [snomed({ code: '308335008', display: 'Patient encounter procedure' })],
    subject: patientOf(person),
    participant: [
      {
        type: [hl7('v3-ParticipationType', 'PPRF', 'primary performer')],
        individual: { reference: `Practitioner/${visit.clinician.id}` },
      },
    ],
    period: { start: instant(visit.day, visit.minute), end: instant(visit.day, visit.minute + visit.minutes) },
    reasonCode: [snomed(visit.reason)],
    ...(visit.manner !== 'telephone' && { location: [{ location: { reference: `Location/${place}-site` } }] }),
    serviceProvider: { reference: `Organization/${place}` },
  }
}

function condition(person: Person, problem: Problem): Resource {
  return {
    resourceType: 'Condition',
    id: idOf(person, problem.key),
    ...usCore('us-core-condition-problems-health-concerns'),
    identifier: [identifierOf(person, problem.key)],
    clinicalStatus: problem.ended
      ? hl7('condition-clinical', 'resolved', 'Resolved')
      : hl7('condition-clinical', 'active', 'Active'),
    verificationStatus: hl7('condition-ver-status', 'confirmed', 'Confirmed'),
    category: [hl7('condition-category', 'problem-list-item', 'Problem List Item')],
    code: snomed(problem.concept),
    subject: patientOf(person),
    encounter: encounterOf(person, problem.consultation),
    onsetDateTime: problem.onset,
    ...(problem.ended && { abatementDateTime: problem.ended }),
    recordedDate: problem.onset,
    recorder: { reference: `Practitioner/${person.gp.id}` },
  }
}

const inactive = hl7('allergyintolerance-clinical', 'inactive', 'Inactive')
const active = hl7('allergyintolerance-clinical', 'active', 'Active')
const confirmed = hl7('allergyintolerance-verification', 'confirmed', 'Confirmed')

function allergy(person: Person, each: Allergy): Resource {
  return {
    resourceType: 'AllergyIntolerance',
    id: idOf(person, each.key),
    ...usCore('us-core-allergyintolerance'),
    identifier: [identifierOf(person, each.key)],
    clinicalStatus: each.ended ? inactive : active,
    verificationStatus: confirmed,
    type: 'allergy',
    category: [each.category],
    criticality: each.severity === 'severe' ? 'high' : 'low',
    code: snomed(each.concept),
    patient: patientOf(person),
    encounter: encounterOf(person, each.consultation),
    recordedDate: each.recorded,
    recorder: { reference: `Practitioner/${person.gp.id}` },
    ...(each.reaction && {
      reaction: [{ manifestation: [snomed(each.reaction)], ...(each.severity && { severity: each.severity }) }],
    }),
  }
}

function noAllergy(person: Person): Resource[] {
  const none = person.history.noKnownAllergy
  if (!none) return []
  return [
    {
      resourceType: 'AllergyIntolerance',
      id: idOf(person, 'no-known-allergy'),
      ...usCore('us-core-allergyintolerance'),
      clinicalStatus: active,
      verificationStatus: confirmed,
      code: snomed(noKnownAllergy),
      patient: patientOf(person),
      encounter: encounterOf(person, none.consultation),
      recordedDate: none.day,
    },
  ]
}

function medication(person: Person, each: Medication): Resource[] {
  const { drug } = each
  const concept = {
    coding: [...(drug.rxnorm ? [coding('rxnorm', drug.rxnorm)] : []), coding('snomed', drug.dmd)],
    text: drug.dmd.display,
  }
  const id = idOf(person, each.key)
  const request: Resource = {
    resourceType: 'MedicationRequest',
    id,
    ...usCore('us-core-medicationrequest'),
    identifier: [identifierOf(person, each.key)],
    status: each.end ? 'completed' : 'active',
    intent: 'order',
    category: [hl7('medicationrequest-category', 'community', 'Community')],
    reportedBoolean: false,
    medicationCodeableConcept: concept,
    subject: patientOf(person),
    encounter: encounterOf(person, each.consultation),
    authoredOn: each.start,
    requester: { reference: `Practitioner/${person.gp.id}` },
    ...(each.problem && { reasonReference: [{ reference: `Condition/${idOf(person, each.problem)}` }] }),
    courseOfTherapyType:
      each.type === 'acute'
        ? hl7('medicationrequest-course-of-therapy', 'acute', 'Short course (acute) therapy')
        : hl7('medicationrequest-course-of-therapy', 'continuous', 'Continuous long term therapy'),
    dosageInstruction: [{ text: drug.dose }],
    dispenseRequest: {
      validityPeriod: { start: each.start, ...(each.end && { end: each.end }) },
      quantity: { value: drug.quantity, unit: drug.unit },
      expectedSupplyDuration: { value: drug.days, unit: 'day', system: systems.ucum, code: 'd' },
    },
  }
  if (each.end || each.type === 'acute') return [request]
  const taken: Resource = {
    resourceType: 'MedicationStatement',
    id: `${id}-taken`,
    identifier: [identifierOf(person, `${each.key}-taken`)],
    basedOn: [{ reference: `MedicationRequest/${id}` }],
    status: 'active',
    medicationCodeableConcept: concept,
    subject: patientOf(person),
    effectivePeriod: { start: each.start },
    dateAsserted: each.issues[each.issues.length - 1] ?? each.start,
    dosage: [{ text: drug.dose }],
  }
  return [request, taken]
}

const routes = {
  intramuscular: { code: '78421000', display: 'Intramuscular route' },
  oral: { code: '26643006', display: 'Oral route' },
  nasal: { code: '46713006', display: 'Nasal route' },
}

function immunization(person: Person, each: Vaccination): Resource {
  const { vaccine } = each
  return {
    resourceType: 'Immunization',
    id: idOf(person, each.key),
    ...usCore('us-core-immunization'),
    identifier: [identifierOf(person, each.key)],
    status: each.given ? 'completed' : 'not-done',
    ...(!each.given && { statusReason: hl7('v3-ActReason', 'PATOBJ', 'patient objection') }),
    vaccineCode: {
      coding: [
        ...(vaccine.cvx ? [coding('cvx', vaccine.cvx)] : []),
        ...(vaccine.product ? [coding('snomed', vaccine.product)] : []),
      ],
      text: vaccine.text,
    },
    patient: patientOf(person),
    encounter: encounterOf(person, each.consultation),
    occurrenceDateTime: each.day,
    primarySource: true,
    ...(each.batch && { lotNumber: each.batch }),
    ...(each.expires && { expirationDate: each.expires }),
    ...(each.given && { route: snomed(routes[vaccine.route]) }),
    performer: [{ actor: { reference: `Organization/${person.practice.id}` } }],
    protocolApplied: [{ targetDisease: [{ text: vaccine.disease }], doseNumberPositiveInt: each.dose }],
  }
}

function procedure(person: Person, each: Procedure): Resource {
  return {
    resourceType: 'Procedure',
    id: idOf(person, each.key),
    ...usCore('us-core-procedure'),
    identifier: [identifierOf(person, each.key)],
    status: 'completed',
    code: snomed(each.concept),
    subject: patientOf(person),
    encounter: encounterOf(person, each.consultation),
    performedDateTime: each.day,
    ...(each.problem && { reasonReference: [{ reference: `Condition/${idOf(person, each.problem)}` }] }),
  }
}

/** A goal and a care plan for who has diabetes. */
function plans(person: Person): Resource[] {
  const diabetes = person.history.problems.find(({ concept }) => ['44054006', '46635009'].includes(concept.code))
  if (!diabetes || person.deathDate) return []
  const addresses = [{ reference: `Condition/${idOf(person, diabetes.key)}` }]
  return [
    {
      resourceType: 'Goal',
      id: idOf(person, 'goal-1'),
      ...usCore('us-core-goal'),
      lifecycleStatus: 'active',
      description: { text: 'HbA1c of 53 mmol/mol or below' },
      subject: patientOf(person),
      startDate: diabetes.onset,
      target: [
        {
          measure: loinc({ code: '59261-8', display: 'Hemoglobin A1c/Hemoglobin.total in Blood by IFCC protocol' }),
          detailQuantity: { comparator: '<=', value: 53, unit: 'mmol/mol', system: systems.ucum, code: 'mmol/mol' },
          dueDate: addDays(person.asOf, 180),
        },
      ],
      addresses,
    },
    {
      resourceType: 'CarePlan',
      id: idOf(person, 'care-plan-1'),
      ...usCore('us-core-careplan'),
      text: {
        status: 'generated',
        div: '<div xmlns="http://www.w3.org/1999/xhtml">Diabetes: diet, exercise, medicines and a yearly review.</div>',
      },
      status: 'active',
      intent: 'plan',
      category: [
        {
          coding: [
            {
              system: 'http://hl7.org/fhir/us/core/CodeSystem/careplan-category',
              code: 'assess-plan',
              display: 'Assessment and Plan of Treatment',
            },
          ],
        },
      ],
      title: 'Diabetes care plan',
      subject: patientOf(person),
      period: { start: diabetes.onset },
      addresses,
      goal: [{ reference: `Goal/${idOf(person, 'goal-1')}` }],
    },
  ]
}

function appointment(person: Person, each: Appointment): Resource {
  const accepted = each.status === 'cancelled' ? 'declined' : 'accepted'
  return {
    resourceType: 'Appointment',
    id: idOf(person, each.key),
    identifier: [identifierOf(person, each.key)],
    status: each.status,
    ...(each.status === 'cancelled' && { cancelationReason: hl7('appointment-cancellation-reason', 'pat', 'Patient') }),
    appointmentType: hl7('v2-0276', 'FOLLOWUP', 'A follow up visit from a previous appointment'),
    description: each.reason,
    start: instant(each.day, each.minute),
    end: instant(each.day, each.minute + each.minutes),
    minutesDuration: each.minutes,
    ...(each.status === 'booked' && { slot: [{ reference: `Slot/${slotId(each.clinician, each.day, each.minute)}` }] }),
    participant: [
      { actor: patientOf(person), status: accepted },
      { actor: { reference: `Practitioner/${each.clinician.id}` }, status: 'accepted' },
    ],
  }
}
