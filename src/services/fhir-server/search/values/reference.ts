import type { Token } from './token.ts'
import type { TypedValue } from '../parameters.ts'

/** What a reference leads to: `Patient/1` (a version is left off), or an absolute URL; and its identifier. */
export type ReferenceValue = { readonly target?: string; readonly identifier?: Token }

const relative = /^(?:.*\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

/** https://hl7.org/fhir/R4/search.html#reference — `base` is this server's own address, with a slash at its end. */
export function referencesOf({ type, value }: TypedValue, base: string): readonly ReferenceValue[] {
  if (typeof value === 'string') return targetsOf(value, base, type)
  if (typeof value !== 'object' || value === null || type !== 'Reference') return []
  const { reference, identifier } = value as { reference?: string; identifier?: { system?: unknown; value?: unknown } }
  const targets = typeof reference === 'string' ? targetsOf(reference, base, type) : []
  // An identifier may say its system alone: `system|` asks for it.
  const token = {
    ...(typeof identifier?.system === 'string' && { system: identifier.system }),
    ...(typeof identifier?.value === 'string' && { code: identifier.value }),
  }
  return 'system' in token || 'code' in token ? [...targets, { identifier: token }] : targets
}

function targetsOf(text: string, base: string, type: string): ReferenceValue[] {
  if (text.startsWith('#')) return []
  if (type === 'canonical' || type === 'uri') {
    const bar = text.indexOf('|')
    const plain = bar > 0 ? text.slice(0, bar) : text
    // One of this server's own addresses is a reference too, to be asked for and followed like any other.
    const local = normalReference(plain, base)
    return [...new Set([text, plain, local])].map((target) => ({ target }))
  }
  return [{ target: normalReference(text, base) }]
}

/** `http://example.org` of a reference that is an address: those that begin with this server's own are local ones. */
export function originOf({ type, value }: TypedValue): string | undefined {
  const text = type === 'Reference' ? (value as { reference?: unknown } | null)?.reference : value
  return typeof text === 'string' ? originOfAddress(text) : undefined
}

export const originOfAddress = (text: string): string | undefined => origin.exec(text)?.[0]
const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i

/** A reference as it is indexed and looked up. */
export function normalReference(text: string, base: string): string {
  const local = text.startsWith(base) ? text.slice(base.length) : text
  if (local.includes(':')) return local
  const match = relative.exec(local)
  return match ? `${match[1]}/${match[2]}` : local
}
