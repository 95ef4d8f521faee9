import { lookup } from '../../lookup.ts'
import type { Hole, XmlNode, XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import { codeSystem } from '../codes/systems.ts'
import type { Coded, Component, Observation } from '../record.ts'
import { coded } from './code.ts'
import { range, rangeText, valueElement } from './value.ts'

/** Parts that results, vital signs and other observations share. */

const interpretationSystem = '2.16.840.1.113883.5.83'
const interpretations = new Set('< > A AA B D DET E H HH HU HX I IND L LL LU LX N ND NEG NR POS R S U W WR'.split(' '))
/** FHIR STU3 had two of its own where HL7 v3 has one. */
const renamed: Readonly<Record<string, string>> = lookup({ 'H>': 'HU', 'L<': 'LU', HI: 'H', LO: 'L' })

/** C-CDA takes the codes of its value set alone; what is none of them (`PA`, potentially abnormal) keeps its words under a nullFlavor. */
export function interpretation(value: Coded | undefined): XmlTemplate | undefined {
  return value && (knownInterpretation(value) ?? coded('interpretationCode', { codings: [], text: value.text }))
}

/** One of the value set, or nothing. */
export function knownInterpretation(value: Coded | undefined): XmlTemplate | undefined {
  if (value === undefined) return undefined
  for (const coding of value.codings) {
    if (coding.code === undefined || coding.system === undefined) continue
    if (codeSystem(coding.system).oid !== interpretationSystem && !/interpretation/i.test(coding.system)) continue
    const code = renamed[coding.code] ?? coding.code
    if (interpretations.has(code))
      return xml`<interpretationCode code="${code}" codeSystem="2.16.840.1.113883.5.83" displayName="${coding.display}"/>`
  }
  return undefined
}

export function referenceRanges(ranges: Observation['ranges']): XmlTemplate[] | undefined {
  if (ranges.length === 0) return undefined
  return ranges.map(({ low, high, text, meaning }) => {
    const words = [meaning, text ?? rangeText(low, high)].filter(Boolean).join(': ')
    const value =
      low?.value === undefined && high?.value === undefined
        ? xml`<value xsi:type="ST">${[words]}</value>`
        : range(low, high)
    return xml`<referenceRange><observationRange><text>${[words]}</text>${value}</observationRange></referenceRange>`
  })
}

/** The one value a result must have: unknown, or not applicable where it is a heading, when the record has none. */
export function resultValue({ value, absent }: Pick<Component, 'value' | 'absent'>, heading = false): XmlTemplate {
  if (value) return valueElement(value)
  if (absent) return xml`<value xsi:type="CD" nullFlavor="UNK"><originalText>${[absent.text]}</originalText></value>`
  return xml`<value xsi:type="CD" nullFlavor="${heading ? 'NA' : 'NI'}"/>`
}

/** The value of what was entered in error: the row tells it, and software that looks at no status finds none to take for true. */
export const mistakenValue = xml`<value xsi:type="ST" nullFlavor="NI"/>`

/** How and where something was observed, and what is thought of it: most observations have none of these. */
export function circumstances(
  interpreted: XmlTemplate | false | undefined,
  method: Coded | undefined,
  site: Coded | undefined,
): Hole {
  return interpreted || method || site
    ? [interpreted, method && coded('methodCode', method), targetSite(site)]
    : undefined
}

/** What stands at the end of an observation: the link is often all there is. */
export function atTheEnd(
  parts: readonly XmlNode[] | undefined,
  link: XmlTemplate | undefined,
  ranges: readonly XmlTemplate[] | undefined,
): Hole {
  return parts || ranges ? [...(parts ?? []), link, ...(ranges ?? [])] : link
}

export function targetSite(site: Coded | undefined): XmlTemplate | undefined {
  return site && coded('targetSiteCode', site)
}

/** C-CDA's Result Status for FHIR's. A status that says nothing is kept out of the code as far as the templates let it: a result that was reported is complete. */
const statuses: Readonly<Record<string, string>> = lookup({
  final: 'completed',
  amended: 'completed',
  corrected: 'completed',
  appended: 'completed',
  preliminary: 'active',
  partial: 'active',
  registered: 'active',
  cancelled: 'cancelled',
  'entered-in-error': 'aborted',
})
/** Whether Result Status has a code for it. */
export function isResultStatus(status: string | undefined): boolean {
  return status === 'final' || (status !== undefined && Object.hasOwn(statuses, status))
}
export function resultStatus(status: string | undefined): string {
  return status === 'final' ? 'completed' : (statuses[status ?? ''] ?? 'completed')
}
