import type { Definitions } from '../definitions/definitions.ts'
import type { TypedValue } from './typed-value.ts'

type Code = { readonly system?: unknown; readonly code: unknown }

/**
 * `memberOf` for the value sets of R4's required bindings, whose codes the definitions list; undefined for any other.
 * A CodeableConcept is a member when one of its codings is. https://hl7.org/fhir/R4/fhirpath.html#functions
 */
export function isMemberOf(value: TypedValue, valueSet: string, definitions: Definitions): boolean | undefined {
  const listed = definitions.codes(valueSet.split('|', 1)[0] ?? '')
  if (!listed) return undefined
  return codesOf(value).some(({ system, code }) =>
    listed.some((one) => (system === undefined || one.system === system) && one.codes.some((known) => known === code)),
  )
}

function codesOf({ type, value }: TypedValue): Code[] {
  if (typeof value === 'string') return [{ code: value }]
  const { coding, system, code } = (value ?? {}) as { coding?: unknown; system?: unknown; code?: unknown }
  if (type === 'CodeableConcept') return Array.isArray(coding) ? (coding as Code[]).filter((one) => one !== null) : []
  return code === undefined ? [] : [{ system, code }]
}
