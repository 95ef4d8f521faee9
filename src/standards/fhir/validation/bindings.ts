import type { Definitions } from '../definitions/definitions.ts'
import type { Binding } from '../definitions/extract.ts'

/** Why a value lies outside its required binding, or undefined. The value is of the right shape. */
export type BindingCheck = (value: unknown) => string | undefined

type Coding = { readonly system?: unknown; readonly code?: unknown }
type Concept = { readonly coding?: unknown; readonly extension?: unknown }

/** https://hl7.org/fhir/R4/terminologies.html#required. Undefined where nothing is required or nothing can be listed. */
export function bindingCheck(
  binding: Binding | undefined,
  type: string,
  definitions: Definitions,
): BindingCheck | undefined {
  if (binding?.strength !== 'required') return undefined
  const { valueSet } = binding
  const openEnded = withoutList.get(valueSet)
  if (openEnded) return (value) => (typeof value !== 'string' || openEnded.test(value) ? undefined : openEnded.expected)
  const listed = definitions.codes(valueSet)
  if (!listed) return undefined

  const bySystem = new Map(listed.map(({ system, codes }) => [system, new Set(codes)]))
  const all = new Set(listed.flatMap(({ codes }) => codes))
  const expected = `a code of ${valueSet}${all.size <= 12 ? `: ${[...all].join(' | ')}` : ''}`
  const holds = ({ system, code }: Coding) =>
    typeof system === 'string' && typeof code === 'string' && bySystem.get(system)?.has(code) === true

  if (type === 'Coding') return (value) => (isAbsent(value as Concept) || holds(value as Coding) ? undefined : expected)
  if (type === 'Quantity')
    return (value) => ((value as Coding).code === undefined || holds(value as Coding) ? undefined : expected)
  if (type === 'CodeableConcept')
    return (value) => {
      const { coding } = value as Concept
      if (
        Array.isArray(coding) &&
        coding.some((one) => typeof one === 'object' && one !== null && holds(one as Coding))
      )
        return undefined
      return isAbsent(value as Concept) ? undefined : `at least one coding with ${expected}`
    }
  return (value) => (typeof value === 'string' && !all.has(value) ? expected : undefined)
}

/** A concept that says by extension why it is not there. */
function isAbsent({ coding, extension }: Concept): boolean {
  return (
    coding === undefined &&
    Array.isArray(extension) &&
    extension.some((one) => (one as { url?: unknown } | null)?.url === dataAbsentReason)
  )
}

const dataAbsentReason = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason'

/** Value sets whose code system is a grammar or somebody else's list. */
const withoutList = new Map([
  [
    'http://hl7.org/fhir/ValueSet/mimetypes',
    {
      test: (code: string) => /^(?:[\w!#$&^.+-]+\/[\w!#$&^.+*-]+(?:\s*;.*)?|xml|json|ttl)$/.test(code),
      expected: 'a MIME type (BCP 13): type/subtype',
    },
  ],
  [
    'http://hl7.org/fhir/ValueSet/currencies',
    {
      test: (code: string) => currencies().has(code),
      expected: 'a currency of ISO 4217: three capital letters',
    },
  ],
])

let listed: ReadonlySet<string> | undefined
function currencies(): ReadonlySet<string> {
  listed ??= new Set(Intl.supportedValuesOf('currency'))
  return listed
}
