import type { TypedValue } from '../parameters.ts'

type HumanName = { text?: string; family?: string; given?: string[]; prefix?: string[]; suffix?: string[] }
type Address = {
  text?: string
  line?: string[]
  city?: string
  district?: string
  state?: string
  postalCode?: string
  country?: string
}

/** The texts of a value that a string search may find. https://hl7.org/fhir/R4/search.html#string */
export function stringsOf({ type, value }: TypedValue): readonly string[] {
  if (typeof value === 'string') return [value]
  const parts = readers[type]?.(value as never) ?? []
  return parts.filter((part): part is string => typeof part === 'string' && part !== '')
}

const readers: Readonly<Record<string, (value: never) => readonly (string | null | undefined)[]>> = {
  HumanName: (name: HumanName) => [
    name.family,
    ...list(name.given),
    ...list(name.prefix),
    ...list(name.suffix),
    name.text,
  ],
  Address: (address: Address) => [
    ...list(address.line),
    address.city,
    address.district,
    address.state,
    address.postalCode,
    address.country,
    address.text,
  ],
}

// A body that breaks the types is refused by validation or kept unfound; it must not break the index.
const list = <T>(value: T[] | undefined): T[] => (Array.isArray(value) ? value : [])
