import type { Companion } from '../fhirpath/typed-value.ts'

/** An element with what stands beside it: a primitive's value is in `given`, its extensions in `_given`. */
export type Item = { readonly value: unknown; readonly companion?: Companion | undefined }

type Json = Record<string, unknown>

/** The items of a JSON property, one or many. https://hl7.org/fhir/R4/json.html#primitive */
export function readItems(parent: Json, property: string): Item[] {
  const values = asArray(parent[property])
  const companions = asArray(parent[`_${property}`])
  return Array.from({ length: Math.max(values.length, companions.length) }, (_, index) => ({
    value: values[index] ?? undefined,
    companion: (companions[index] ?? undefined) as Companion | undefined,
  }))
}

/** Writes them back, as an array where the element may repeat; a property without items goes. */
export function writeItems(parent: Json, property: string, items: readonly Item[], isArray: boolean): void {
  const hasValue = items.some((item) => item.value !== undefined)
  const hasCompanion = items.some((item) => item.companion !== undefined)
  put(parent, property, hasValue ? items.map((item) => item.value ?? null) : undefined, isArray)
  put(parent, `_${property}`, hasCompanion ? items.map((item) => item.companion ?? null) : undefined, isArray)
}

function put(parent: Json, property: string, values: unknown[] | undefined, isArray: boolean): void {
  if (values === undefined) delete parent[property]
  else parent[property] = isArray ? values : values[0]
}

function asArray(value: unknown): readonly unknown[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}
