/** Vital signs, laboratory results with their reports, smoking status and family history. US Core 5.0.1. */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import { bloodPressure, measures } from '../catalogue/measures.ts'
import { instant } from '../dates.ts'
import type { Measure, Measurement, Person, Report, Statement } from '../person.ts'
import {
  coding,
  encounterOf,
  hl7,
  identifierOf,
  idOf,
  loinc,
  patientOf,
  quantity,
  referenceRange,
  snomed,
  usCore,
} from './shape.ts'

export function observations(person: Person): Resource[] {
  const { history } = person
  const times = new Map(history.consultations.map(({ key, day, minute }) => [key, instant(day, minute)]))
  const at = (consultation: string, day: string) => times.get(consultation) ?? day
  return [
    ...history.measurements.map((each) => vitalSign(person, each, at(each.consultation, each.day))),
    ...history.bloodPressures.map(
      (each): Resource => ({
        ...observation(person, each.key, each.consultation, 'us-core-blood-pressure', 'vital-signs'),
        code: { ...loinc(bloodPressure.loinc), text: 'Blood pressure' },
        effectiveDateTime: at(each.consultation, each.day),
        component: [component(measures.systolic, each.systolic), component(measures.diastolic, each.diastolic)],
      }),
    ),
    ...history.statements.map((each) => statement(person, each, at(each.consultation, each.day))),
    ...history.reports.flatMap((each) => report(person, each)),
  ]
}

const categories = {
  'vital-signs': hl7('observation-category', 'vital-signs', 'Vital Signs'),
  laboratory: hl7('observation-category', 'laboratory', 'Laboratory'),
  'social-history': hl7('observation-category', 'social-history', 'Social History'),
  survey: hl7('observation-category', 'survey', 'Survey'),
}

function observation(
  person: Person,
  key: string,
  consultation: string,
  profile: string | undefined,
  category: keyof typeof categories,
): Resource {
  return {
    resourceType: 'Observation',
    id: idOf(person, key),
    ...(profile && usCore(profile)),
    identifier: [identifierOf(person, key)],
    status: 'final',
    category: [categories[category]],
    subject: patientOf(person),
    encounter: encounterOf(person, consultation),
  }
}

const component = (measure: Measure, value: number) => ({
  code: code(measure),
  valueQuantity: quantity({ value, unit: measure.unit, ucum: measure.ucum }),
})

const code = ({ loinc: code, snomed: uk }: Measure) => ({
  coding: [...(code ? [coding('loinc', code)] : []), coding('snomed', uk)],
  text: uk.display,
})

const profiles = new Map<Measure, string>([
  [measures.heartRate, 'us-core-heart-rate'],
  [measures.height, 'us-core-body-height'],
  [measures.weight, 'us-core-body-weight'],
  [measures.bmi, 'us-core-bmi'],
  [measures.temperature, 'us-core-body-temperature'],
  [measures.respiratoryRate, 'us-core-respiratory-rate'],
  [measures.oxygen, 'us-core-pulse-oximetry'],
])

function vitalSign(person: Person, each: Measurement, at: string): Resource {
  const { measure } = each
  const profile = profiles.get(measure)
  const written = code(measure)
  return {
    ...observation(person, each.key, each.consultation, profile, profile ? 'vital-signs' : 'social-history'),
    // Pulse oximetry is known by two LOINC codes, and the profile asks for both.
    code:
      measure === measures.oxygen
        ? {
            ...written,
            coding: [
              coding('loinc', { code: '59408-5', display: 'Oxygen saturation in Arterial blood by Pulse oximetry' }),
              ...written.coding,
            ],
          }
        : written,
    effectiveDateTime: at,
    valueQuantity: quantity({ value: each.value, unit: measure.unit, ucum: measure.ucum }),
  }
}

function statement(person: Person, each: Statement, at: string): Resource {
  if (each.kind === 'smoking') {
    return {
      ...observation(person, each.key, each.consultation, 'us-core-smokingstatus', 'social-history'),
      code: loinc({ code: '72166-2', display: 'Tobacco smoking status' }),
      effectiveDateTime: at,
      valueCodeableConcept: snomed(each.concept),
    }
  }
  return {
    ...observation(person, each.key, each.consultation, undefined, 'survey'),
    code: snomed(each.concept),
    effectiveDateTime: at,
    valueBoolean: true,
  }
}

function report(person: Person, each: Report): Resource[] {
  const issued = instant(each.day, 960)
  const results = each.results.map((result): Resource => {
    const { measure, value, range } = result
    const flag =
      range?.low !== undefined && value < range.low
        ? hl7('v3-ObservationInterpretation', 'L', 'Low')
        : range?.high !== undefined && value > range.high
          ? hl7('v3-ObservationInterpretation', 'H', 'High')
          : range && hl7('v3-ObservationInterpretation', 'N', 'Normal')
    return {
      ...observation(person, result.key, each.consultation, 'us-core-observation-lab', 'laboratory'),
      code: code(measure),
      effectiveDateTime: each.requested,
      issued,
      performer: [{ reference: 'Organization/hospital-1' }],
      valueQuantity: quantity({ value, unit: measure.unit, ucum: measure.ucum }),
      ...(flag && { interpretation: [flag] }),
      ...referenceRange(range, measure),
    }
  })
  return [
    ...results,
    {
      resourceType: 'DiagnosticReport',
      id: idOf(person, each.key),
      ...usCore('us-core-diagnosticreport-lab'),
      identifier: [identifierOf(person, each.key)],
      status: 'final',
      category: [hl7('v2-0074', 'LAB', 'Laboratory')],
      code: {
        coding: [coding('loinc', each.panel.loinc), coding('snomed', each.panel.snomed)],
        text: each.panel.snomed.display,
      },
      subject: patientOf(person),
      encounter: encounterOf(person, each.consultation),
      effectiveDateTime: each.requested,
      issued,
      performer: [{ reference: 'Organization/hospital-1' }],
      result: results.map(({ id }) => ({ reference: `Observation/${id}` })),
    },
  ]
}
