import { element, type XmlElement } from '../../xml/element.ts'
import { codeSystem, snomed } from '../codes/systems.ts'
import { medicationRoutes } from '../codes/routes.ts'
import type { Coded } from '../record.ts'

/**
 * A route. C-CDA codes it by the FDA's terms, which British records do not use, so the record's SNOMED CT code stands as
 * a translation where the value set has it, and in the words where it has not.
 */
export function routeCode(route: Coded): XmlElement {
  const translations: XmlElement[] = []
  const outside: string[] = []
  for (const { system, code, display } of route.codings) {
    if (code === undefined || system === undefined) continue
    const { oid, name } = codeSystem(system)
    if (oid === snomed && medicationRoutes.has(code))
      translations.push(element('translation', { code, codeSystem: oid, codeSystemName: name, displayName: display }))
    else outside.push(`${name} ${code}`)
  }
  const words = outside.length === 0 ? route.text : `${route.text} (${outside.join(', ')})`
  return element('routeCode', { nullFlavor: 'OTH' }, element('originalText', undefined, words), ...translations)
}
