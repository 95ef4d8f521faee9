import type { HealthRecord, Item } from './record.ts'

/** Every item of a record, the issues of its medications among them. */
export function everyItem(record: HealthRecord): readonly Item[] {
  return (record.allergies as readonly Item[]).concat(
    record.medications.flatMap((medication) => [medication, ...medication.issues]),
    record.problems,
    record.immunizations,
    record.reports,
    record.observations,
    record.procedures,
    record.encounters,
    record.plans,
    record.documents,
    record.coverages,
    record.devices,
    record.others,
  )
}

/** Items that the source marks as not to be disclosed to the patient. */
export function notForPatient(record: HealthRecord): Item[] {
  return record.restricted ? everyItem(record).filter((item) => item.notForPatient) : []
}
