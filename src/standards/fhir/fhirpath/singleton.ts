import { Problem } from '../../../kernel/problem.ts'
import { systemValue, type SystemKind, type SystemValue } from './system-value.ts'
import type { Collection, TypedValue } from './typed-value.ts'

/** The one item, or undefined when there is none; more than one is a Problem. https://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections */
export function single(collection: Collection, what: string): TypedValue | undefined {
  if (collection.length > 1) throw new Problem('invalid', `FHIRPath: ${what} takes one item, not ${collection.length}`)
  return collection[0]
}

/** As a condition: a boolean by its value, any other single item is true. */
export function condition(collection: Collection, what: string): boolean | undefined {
  const item = single(collection, what)
  if (item === undefined) return undefined
  return typeof item.value === 'boolean' ? item.value : true
}

export function singleString(collection: Collection, what: string): string | undefined {
  return singleOf(collection, 'String', what)?.value
}

export function singleInteger(collection: Collection, what: string): number | undefined {
  return singleOf(collection, 'Integer', what)?.value
}

/** The one item as a value of that kind; a Problem when it is of another. */
export function singleOf<Kind extends SystemKind>(
  collection: Collection,
  kind: Kind,
  what: string,
): (SystemValue & { kind: Kind }) | undefined {
  const item = single(collection, what)
  if (item === undefined) return undefined
  const value = systemValue(item)
  if (value?.kind === kind) return value as SystemValue & { kind: Kind }
  if (value === undefined && item.value === undefined) return undefined
  throw new Problem('invalid', `FHIRPath: ${what} takes a ${kind}, not a ${item.type}`)
}
