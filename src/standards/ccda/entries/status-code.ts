import type { XmlTemplate } from '../../xml/element.ts'
import { shape, xml } from '../../xml/template.ts'

/** CDA's `statusCode` for each of a record's words for a status, made once; a word that has none is unknown. */
export function statusCodes(codes: Readonly<Record<string, string>>): (status: string | undefined) => XmlTemplate {
  const made = new Map(Object.entries(codes).map(([word, code]) => [word, shape(`<statusCode code="${code}"/>`)()]))
  return (status) => (status === undefined ? unknown : (made.get(status) ?? unknown))
}
const unknown = xml`<statusCode nullFlavor="UNK"/>`
