import type { Code } from '../../../standards/ihe/ebxml/document-entry.ts'

/** What a GP record as a C-CDA document is called in a registry. */
const loinc = '2.16.840.1.113883.6.1'
const snomed = '2.16.840.1.113883.6.96'

export const summaryClass: Code = { code: '34133-9', codingScheme: loinc, display: 'Summarization of episode note' }
export const summaryType: Code = { code: '34133-9', codingScheme: loinc, display: 'Summarization of episode note' }
/** https://profiles.ihe.net/fhir/ihe.formatcode.fhir/ */
export const ccdaFormat: Code = {
  code: 'urn:hl7-org:sdwg:ccda-structuredBody:2.1',
  codingScheme: '2.16.840.1.113883.6.1',
  display: 'C-CDA R2.1 with a structured body',
}
export const normalConfidentiality: Code = { code: 'N', codingScheme: '2.16.840.1.113883.5.25', display: 'normal' }
export const generalPractice: Code = { code: '264358009', codingScheme: snomed, display: 'General practice premises' }
export const generalMedicine: Code = { code: '408443003', codingScheme: snomed, display: 'General medical practice' }
