import type { ParsedElement } from '../../xml/read.ts'
import { attribute, childNamed, elements, textOf } from '../../xml/select.ts'
import { type Xml, xml } from '../tree.ts'

/** HL7 V3 data types that patient queries use, read and written. https://www.hl7.org/documentcenter/public/standards/V3/core_principles/infrastructure/datatypes_r1/datatypes_r1.html */
export const hl7 = 'urn:hl7-org:v3'

export type InstanceIdentifier = { readonly root: string; readonly extension?: string }
export type EntityName = {
  /** Match inexactly: ITI TF-2 3.47.4.1.2.1. */
  readonly search: boolean
  readonly parts: readonly (readonly [NamePart, string])[]
}
export type NamePart = 'family' | 'given' | 'prefix' | 'suffix'
export type PostalAddress = readonly (readonly [AddressPart, string])[]
export type AddressPart = (typeof addressParts)[number]
export type TimeInterval = { readonly value: string } | { readonly low?: string; readonly high?: string }

const nameParts: readonly string[] = ['family', 'given', 'prefix', 'suffix']
const addressParts = [
  'streetAddressLine',
  'streetName',
  'houseNumber',
  'city',
  'county',
  'state',
  'postalCode',
  'country',
  'additionalLocator',
  'unitID',
  'postBox',
  'precinct',
] as const

export const isOid = (text: string) => text.length <= 64 && /^[0-2](\.(0|[1-9][0-9]*))+$/.test(text)
/** `uid`: an OID, a UUID, or a name HL7 reserved. */
const isUid = (text: string) =>
  /^[0-2](\.(0|[1-9][0-9]*))*$/.test(text) ||
  /^[0-9a-zA-Z]{8}(-[0-9a-zA-Z]{4}){3}-[0-9a-zA-Z]{12}$/.test(text) ||
  /^[A-Za-z][A-Za-z0-9-]*$/.test(text)
const isTimestamp = (text: string) => /^([0-9]{1,8}|([0-9]{9,14}|[0-9]{14}\.[0-9]+)([+-][0-9]{1,4})?)$/.test(text)

/** Undefined where it is absent, null, or no identifier. */
export function readIdentifier(element: ParsedElement | undefined): InstanceIdentifier | undefined {
  const root = attribute(element, 'root')?.trim()
  const extension = attribute(element, 'extension')?.trim()
  if (!root || root.length > 128 || !isUid(root) || (extension?.length ?? 0) > 256) return undefined
  return extension ? { root, extension } : { root }
}

export const writeIdentifier = (name: string, id: InstanceIdentifier): Xml =>
  xml(name, { root: id.root, extension: id.extension })

export function readCode(element: ParsedElement | undefined): string | undefined {
  const code = attribute(element, 'code')?.trim()
  return code && /^\S+$/.test(code) ? code : undefined
}

export function readInteger(element: ParsedElement | undefined): number | undefined {
  const value = attribute(element, 'value')?.trim()
  return value && /^[+-]?\d{1,9}$/.test(value) ? Number(value) : undefined
}

/** Undefined where no part has text. */
export function readName(element: ParsedElement): EntityName | undefined {
  const parts = partsOf(element, nameParts) as [NamePart, string][]
  const search = (attribute(element, 'use') ?? '').split(/\s+/).includes('SRCH')
  return parts.length ? { search, parts } : undefined
}

export const writeName = (element: string, { search, parts }: EntityName): Xml =>
  xml(
    element,
    { use: search ? 'SRCH' : undefined },
    parts.map(([name, text]) => xml(name, {}, text)),
  )

export function readAddress(element: ParsedElement): PostalAddress | undefined {
  const parts = partsOf(element, addressParts) as [AddressPart, string][]
  return parts.length ? parts : undefined
}

export const writeAddress = (element: string, address: PostalAddress): Xml =>
  xml(
    element,
    {},
    address.map(([name, text]) => xml(name, {}, text)),
  )

export function readInterval(element: ParsedElement): TimeInterval | undefined {
  const time = (of: ParsedElement | undefined) => {
    const value = attribute(of, 'value')?.trim()
    return value && isTimestamp(value) ? value : undefined
  }
  const value = time(element)
  if (value) return { value }
  const low = time(childNamed(element, hl7, 'low'))
  const high = time(childNamed(element, hl7, 'high'))
  return low || high ? { ...(low && { low }), ...(high && { high }) } : undefined
}

export function writeInterval(element: string, interval: TimeInterval): Xml {
  if ('value' in interval) return xml(element, { value: interval.value })
  return xml(
    element,
    {},
    interval.low && xml('low', { value: interval.low }),
    interval.high && xml('high', { value: interval.high }),
  )
}

function partsOf(element: ParsedElement, names: readonly string[]): [string, string][] {
  return elements(element)
    .filter((part) => part.namespace === hl7 && names.includes(part.local))
    .map((part): [string, string] => [part.local, textOf(part).trim().replaceAll(/\s+/g, ' ')])
    .filter(([, text]) => text !== '')
}
