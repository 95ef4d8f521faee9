import type { Definitions } from '../definitions/definitions.ts'
import { resourceType } from './navigate.ts'
import type { Evaluation } from './state.ts'
import { typedValue, type TypedValue } from './typed-value.ts'

/** The resource that a Reference, canonical or uri leads to: contained, in the same Bundle, or where the environment looks. */
export function resolveReference(item: TypedValue, evaluation: Evaluation): TypedValue | undefined {
  const reference = referenceText(item)
  if (reference === undefined) return undefined
  const { environment, root } = evaluation
  const container = environment.rootResource ?? environment.resource ?? root.value
  const found = reference.startsWith('#')
    ? contained(container, reference.slice(1))
    : (inBundle(container, reference) ?? environment.resolve?.(reference))
  return found && typedValue(resourceType(found, 'Resource'), found)
}

/** `resolve() is Patient` without looking: by the reference's text, its `type`, or the contained resource it names. https://hl7.org/fhir/R4/references.html#literal */
export function referencedType(item: TypedValue, evaluation: Evaluation): string | undefined {
  const reference = referenceText(item)
  if (reference !== undefined && !reference.startsWith('#')) {
    const type = typeInReference(reference, evaluation.model.definitions)
    if (type !== undefined) return type
  }
  const { type } = (item.type === 'Reference' ? item.value : {}) as { type?: unknown }
  if (typeof type === 'string') return type
  return resolveReference(item, evaluation)?.type
}

function referenceText(item: TypedValue): string | undefined {
  const text = item.type === 'Reference' ? (item.value as { reference?: unknown } | undefined)?.reference : item.value
  return typeof text === 'string' ? text : undefined
}

/** `Patient/123`, `https://example.org/fhir/Patient/123/_history/2`. */
function typeInReference(reference: string, definitions: Definitions): string | undefined {
  const path = reference.split(/[?#|]/, 1)[0] ?? ''
  const parts = path.split('/')
  const history = parts.indexOf('_history')
  const end = history < 0 ? parts.length : history
  const type = parts[end - 2] ?? parts[0]
  if (type !== undefined && definitions.isResourceType(type)) return type
  // A conditional reference has no id: `Patient?identifier=…`.
  const last = parts[end - 1]
  return reference.includes('?') && last !== undefined && definitions.isResourceType(last) ? last : undefined
}

function contained(container: unknown, id: string): object | undefined {
  const resource = container as { id?: unknown; contained?: unknown } | undefined
  if (id === '') return typeof container === 'object' && container !== null ? container : undefined
  const list = Array.isArray(resource?.contained) ? (resource.contained as unknown[]) : []
  return list.find((one): one is object => (one as { id?: unknown } | null)?.id === id)
}

function inBundle(container: unknown, reference: string): object | undefined {
  const bundle = container as { resourceType?: unknown; entry?: unknown } | undefined
  if (bundle?.resourceType !== 'Bundle' || !Array.isArray(bundle.entry)) return undefined
  const entries = bundle.entry as { fullUrl?: unknown; resource?: { resourceType?: unknown; id?: unknown } }[]
  const found = entries.find(
    ({ fullUrl, resource }) => fullUrl === reference || `${resource?.resourceType}/${resource?.id}` === reference,
  )
  return found?.resource
}
