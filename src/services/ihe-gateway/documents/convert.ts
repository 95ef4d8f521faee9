import type { Bundle } from '../../../standards/fhir/types.ts'
import type { XmlElement } from '../../../standards/xml/element.ts'

/** standards/ccda/convert.ts */
export type Convert = (record: Bundle, at: Date) => { readonly value: XmlElement; readonly issues: readonly unknown[] }
