/**
 * GP Connect records as C-CDA R2.1 documents, as a library:
 *
 *     const { value, issues, ledger } = convertToCcda(parseJson(bytes), new Date())
 *     const xml = serialise(value)
 *
 * examples/convert-a-gp-record.ts is a whole program.
 */
export { type Conversion, convertRecord, convertToCcda } from './convert.ts'
export { htmlPage } from './html/page.ts'
export type { Issue } from './issue.ts'
export type { LedgerLine } from './ledger.ts'
export type { HealthRecord } from './record.ts'
export { serialise } from '../xml/serialise.ts'
export { type XmlElement } from '../xml/element.ts'
export { parseJson } from '../fhir/json.ts'
