/**
 * A report, its request and specimen, the test group and its results, and what the practice wrote when filing it.
 * https://developer.nhs.uk/apis/gpconnect-1-6-0/accessrecord_structured_development_investigations.html
 */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import type { Measurement, Report } from '../person.ts'
import type { Item } from './item.ts'
import { hospitalRef, practitionerRef } from './people.ts'
import { coded, local, quantity, snomed, type Writer } from './shape.ts'

export function investigationItems(writer: Writer): Item[] {
  return writer.person.history.reports.map((report): Item => {
    const alone = report.results.length === 1
    const results = report.results.map((result) => resultObservation(writer, report, result))
    const group = alone ? [] : [testGroup(writer, report, results)]
    const filing = filingComment(writer, report)
    const shown = [...(alone ? results : group), filing]
    return {
      area: 'investigations',
      key: report.key,
      day: report.day,
      consultation: report.consultation,
      main: diagnosticReport(writer, report, shown),
      others: [request(writer, report), specimen(writer, report), ...group, ...results, filing],
      heading: 'Plan',
    }
  })
}

function diagnosticReport(writer: Writer, report: Report, shown: readonly Resource[]): Resource {
  return {
    ...writer.head('DiagnosticReport', report.key),
    basedOn: [writer.ref('ProcedureRequest', `${report.key}-request`)],
    status: 'final',
    category: coded('http://hl7.org/fhir/v2/0074', 'LAB', 'Laboratory'),
    code: snomed({ code: '721981007', display: 'Diagnostic studies report' }),
    subject: writer.subject,
    context: writer.ref('Encounter', report.consultation),
    issued: local(report.day, 960),
    performer: [{ actor: hospitalRef(writer) }],
    specimen: [writer.ref('Specimen', `${report.key}-specimen`)],
    result: shown.map(({ id }) => ({ reference: `Observation/${id}` })),
  }
}

const request = (writer: Writer, report: Report): Resource => ({
  ...writer.head('ProcedureRequest', `${report.key}-request`),
  status: 'completed',
  intent: 'order',
  code: snomed(report.panel.snomed),
  subject: writer.subject,
  context: writer.ref('Encounter', report.consultation),
  authoredOn: report.requested,
  requester: { agent: practitionerRef(writer, writer.person.gp) },
  performer: hospitalRef(writer),
})

const specimen = (writer: Writer, report: Report): Resource => ({
  ...writer.head('Specimen', `${report.key}-specimen`),
  accessionIdentifier: { value: `${report.key.toUpperCase()}/${report.day}` },
  type: snomed({ code: '122555007', display: 'Venous blood specimen' }),
  subject: writer.subject,
  receivedTime: local(report.requested, 900),
  collection: { collectedDateTime: local(report.requested, 640) },
})

const laboratory = [coded('http://hl7.org/fhir/observation-category', 'laboratory', 'Laboratory')]

const testGroup = (writer: Writer, report: Report, results: readonly Resource[]): Resource => ({
  ...writer.head('Observation', `${report.key}-group`),
  status: 'final',
  category: laboratory,
  code: snomed(report.panel.snomed),
  subject: writer.subject,
  effectiveDateTime: local(report.requested, 640),
  issued: local(report.day, 960),
  performer: [hospitalRef(writer)],
  specimen: writer.ref('Specimen', `${report.key}-specimen`),
  related: results.map(({ id }) => ({ type: 'has-member', target: { reference: `Observation/${id}` } })),
})

function resultObservation(writer: Writer, report: Report, result: Measurement): Resource {
  const { measure, value, range } = result
  const unit = { unit: measure.unit, ucum: measure.ucum }
  const low = range?.low !== undefined && value < range.low
  const high = range?.high !== undefined && value > range.high
  return {
    ...writer.head('Observation', result.key),
    status: 'final',
    category: laboratory,
    code: snomed(measure.snomed),
    subject: writer.subject,
    effectiveDateTime: local(report.requested, 640),
    issued: local(report.day, 960),
    performer: [hospitalRef(writer)],
    valueQuantity: quantity({ value, ...unit }),
    ...(range && {
      interpretation: coded(
        'http://hl7.org/fhir/v2/0078',
        low ? 'L' : high ? 'H' : 'N',
        low ? 'Low' : high ? 'High' : 'Normal',
      ),
    }),
    specimen: writer.ref('Specimen', `${report.key}-specimen`),
    ...(range && {
      referenceRange: [
        {
          ...(range.low !== undefined && { low: quantity({ value: range.low, ...unit }) }),
          ...(range.high !== undefined && { high: quantity({ value: range.high, ...unit }) }),
        },
      ],
    }),
    ...(report.results.length > 1 && {
      related: [{ type: 'derived-from', target: writer.ref('Observation', `${report.key}-group`) }],
    }),
  }
}

const filingComment = (writer: Writer, report: Report): Resource => ({
  ...writer.head('Observation', `${report.key}-filing`),
  status: 'final',
  code: snomed({ code: '37331000000100', display: 'Comment note' }),
  subject: writer.subject,
  context: writer.ref('Encounter', report.consultation),
  effectiveDateTime: report.day,
  issued: local(report.day, 1000),
  performer: [practitionerRef(writer, writer.person.gp)],
  comment: report.results.some(
    ({ value, range }) => range && ((range.low ?? value) > value || (range.high ?? value) < value),
  )
    ? 'Outside the range, discuss at next visit.'
    : 'Normal, no action.',
})
