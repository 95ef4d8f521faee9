import { isRawNumber } from '../json.ts'

/**
 * A resource without the empty objects and arrays that a patch left behind: FHIR's JSON has none, so a list whose last
 * item was removed is no longer there. https://hl7.org/fhir/R4/json.html
 */
export function withoutEmpties<Value>(value: Value): Value {
  return (pruned(value) ?? {}) as Value
}

function pruned(value: unknown, isCompanion = false): unknown {
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value
  if (Array.isArray(value)) {
    const items = value.map((item) => pruned(item))
    // Items of `_given` stand for those of `given`: their places stay.
    const kept = isCompanion ? items.map((item) => item ?? null) : items.filter((item) => item !== undefined)
    return kept.some((item) => item !== null) ? kept : undefined
  }
  const entries = Object.entries(value)
    .map(([key, inner]) => [key, pruned(inner, key.startsWith('_'))] as const)
    .filter(([, inner]) => inner !== undefined)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
