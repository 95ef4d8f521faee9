import type { HealthRecord, Item } from './record.ts'

/** Every item of a record, the issues of its medications among them. */
export function* everyItem(record: HealthRecord): Generator<Item> {
  yield* record.allergies
  for (const medication of record.medications) {
    yield medication
    yield* medication.issues
  }
  yield* record.problems
  yield* record.immunizations
  yield* record.reports
  yield* record.observations
  yield* record.procedures
  yield* record.encounters
  yield* record.plans
  yield* record.documents
  yield* record.coverages
  yield* record.devices
  yield* record.others
}

/** Items that the source marks as not to be disclosed to the patient. */
export function notForPatient(record: HealthRecord): Item[] {
  const found: Item[] = []
  for (const item of everyItem(record)) if (item.notForPatient) found.push(item)
  return found
}
