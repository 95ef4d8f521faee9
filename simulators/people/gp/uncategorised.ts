/**
 * What fits no other area: vital signs, habits, family history, procedures.
 * https://developer.nhs.uk/apis/gpconnect-1-6-0/accessrecord_structured_development_uncategorisedData.html
 */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import { bloodPressure, measures } from '../catalogue/measures.ts'
import type { Concept, Measure } from '../person.ts'
import type { Item } from './item.ts'
import { practitionerRef } from './people.ts'
import { local, quantity, snomed, type Writer } from './shape.ts'

export function uncategorisedItems(writer: Writer): Item[] {
  const { history } = writer.person
  const minutes = new Map(history.consultations.map(({ key, minute }) => [key, minute]))
  const item = (
    { key, day, consultation, problem }: { key: string; day: string; consultation: string; problem?: string },
    concept: Concept,
    heading: Item['heading'],
    rest: object,
  ): Item => {
    const at = local(day, minutes.get(consultation) ?? 720)
    const main: Resource = {
      ...writer.head('Observation', key),
      status: 'final',
      code: snomed(concept),
      subject: writer.subject,
      context: writer.ref('Encounter', consultation),
      effectiveDateTime: at,
      issued: at,
      performer: [practitionerRef(writer, writer.person.gp)],
      ...rest,
    }
    return { area: 'uncategorisedData', key, day, consultation, ...(problem && { problem }), main, others: [], heading }
  }
  return [
    ...history.measurements.map((each) =>
      item(each, each.measure.snomed, 'Examination', { valueQuantity: valueOf(each.measure, each.value) }),
    ),
    ...history.bloodPressures.map((each) =>
      item(each, bloodPressure.snomed, 'Examination', {
        component: [component(measures.systolic, each.systolic), component(measures.diastolic, each.diastolic)],
      }),
    ),
    ...history.statements.map((each) => item(each, each.concept, 'History', each.text ? { comment: each.text } : {})),
    ...history.procedures.map((each) => item(each, each.concept, 'Plan', {})),
  ]
}

const valueOf = ({ unit, ucum }: Measure, value: number) => quantity({ value, unit, ucum })
const component = (measure: Measure, value: number) => ({
  code: snomed(measure.snomed),
  valueQuantity: valueOf(measure, value),
})
