import type { XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import { codeSystem, snomed } from '../codes/systems.ts'
import { medicationRoutes } from '../codes/routes.ts'
import type { Coded } from '../record.ts'

/**
 * A route. C-CDA codes it by the FDA's terms, which British records do not use, so the record's SNOMED CT code stands as
 * a translation where the value set has it, and in the words where it has not.
 */
export function routeCode(route: Coded): XmlTemplate {
  const translations: XmlTemplate[] = []
  const outside: string[] = []
  for (const { system, code, display } of route.codings) {
    if (code === undefined || system === undefined) continue
    const { oid, name } = codeSystem(system)
    if (oid === snomed && medicationRoutes.has(code))
      translations.push(
        xml`<translation code="${code}" codeSystem="${oid}" codeSystemName="${name}" displayName="${display}"/>`,
      )
    else outside.push(`${name} ${code}`)
  }
  const words = outside.length === 0 ? route.text : `${route.text} (${outside.join(', ')})`
  return xml`<routeCode nullFlavor="OTH"><originalText>${[words]}</originalText>${translations}</routeCode>`
}
