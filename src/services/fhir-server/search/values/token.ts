import type { TypedValue } from '../parameters.ts'

export type Token = { readonly system?: string; readonly code?: string }

type Coding = { system?: string; code?: string }

/** The tokens of a value. https://hl7.org/fhir/R4/search.html#token */
export function tokensOf({ type, value }: TypedValue): readonly Token[] {
  const read = readers[type]
  if (read) return read(value as never)
  return typeof value === 'string' || typeof value === 'boolean' ? [{ code: String(value) }] : []
}

/** For parameters whose tokens are text. */
export const foldedToken = (token: Token): Token =>
  typeof token.code === 'string' ? { ...token, code: token.code.toLowerCase() } : token

const readers: Readonly<Record<string, (value: never) => readonly Token[]>> = {
  Coding: (coding: Coding) => [coding],
  // A tenant may keep what breaks the types; it must not break the index.
  CodeableConcept: ({ coding }: { coding?: unknown }) =>
    Array.isArray(coding) ? coding.filter((one): one is Coding => typeof one === 'object' && one !== null) : [],
  Identifier: ({ system, value }: { system?: string; value?: string }) => [
    { ...(system && { system }), ...(value && { code: value }) },
  ],
  ContactPoint: ({ value }: { value?: string }) => (value ? [{ code: value }] : []),
}
