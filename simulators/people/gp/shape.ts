/**
 * What every resource of a GP record is made of: FHIR STU3 in the CareConnect-GPC profiles, ids in the manner of the supplier.
 * https://developer.nhs.uk/apis/gpconnect-1-6-0/accessrecord_structured.html
 */
import { createHash } from 'node:crypto'
import type { Resource } from '../../../src/standards/fhir/types.ts'
import { type Day, toMs } from '../dates.ts'
import type { Concept, Person, Quantity, Supplier } from '../person.ts'

export const gpc = (name: string) => `https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-${name}-1`
export const careConnect = (name: string) =>
  `https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-${name}-1`
export const codeSystem = (name: string) => `https://fhir.nhs.uk/STU3/CodeSystem/${name}-1`
export const snomedSystem = 'http://snomed.info/sct'

export const coded = (system: string, code: string, display: string) => ({ coding: [{ system, code, display }] })
export const snomed = ({ code, display }: Concept) => coded(snomedSystem, code, display)
export const nhs = (system: string, code: string, display: string) => coded(codeSystem(system), code, display)
export const profile = (name: string) => ({
  profile: [`https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-${name}-1`],
})
export const quantity = ({ value, unit, ucum }: Quantity) => ({
  value,
  unit,
  system: 'http://unitsofmeasure.org',
  code: ucum,
})

/** How one practice system writes the record of one person. */
export type Writer = {
  readonly person: Person
  readonly manner: Supplier
  /** The id of what has this key in the history; the same on every call. */
  id(key: string): string
  ref(type: string, key: string): { reference: string }
  /** id, meta and identifier of a resource of that profile. */
  head(type: string, key: string, profileName?: string): Resource
  readonly subject: { reference: string }
}

const identifierSystems: Record<Supplier, (person: Person) => string> = {
  emis: ({ practice }) => `https://EMISWeb/${practice.odsCode}`,
  tpp: () => 'https://tpp-uk.com/Id/ccs-id',
  medicus: () => 'https://medicus.health',
}

const ids: Record<Supplier, (hex: string) => string> = {
  emis: (hex) => dashed(hex).toUpperCase(),
  tpp: (hex) => `${hex.slice(0, 4)}000000000000_${hex.slice(4, 12)}00000000`,
  medicus: (hex) => dashed(hex),
}

export function writer(person: Person, manner: Supplier): Writer {
  const id = (key: string) => ids[manner](createHash('sha256').update(`${person.id} ${key}`).digest('hex'))
  const ref = (type: string, key: string) => ({ reference: `${type}/${id(key)}` })
  return {
    person,
    manner,
    id,
    ref,
    subject: ref('Patient', 'patient'),
    head: (type, key, profileName = type) => ({
      resourceType: type,
      id: id(key),
      meta: profile(profileName),
      identifier: [{ system: identifierSystems[manner](person), value: id(key).replaceAll('-', '') }],
    }),
  }
}

/** For what belongs to the practice and not to the person: the same id in every record. */
export const sharedId = (manner: Supplier, key: string) => ids[manner](createHash('sha256').update(key).digest('hex'))

function dashed(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** A minute of a day of UTC in the local time of the United Kingdom, e.g. `2024-07-01T10:20:00+01:00`. */
export function local(day: Day, minute: number): string {
  const summer = isSummer(day)
  const shifted = new Date(toMs(day) + (minute + (summer ? 60 : 0)) * 60_000)
  return `${shifted.toISOString().slice(0, 19)}${summer ? '+01:00' : '+00:00'}`
}

/** Between the last Sundays of March and October. */
function isSummer(day: Day): boolean {
  const lastSunday = (month: number) => {
    const last = new Date(Date.UTC(Number(day.slice(0, 4)), month, 0))
    return new Date(last.getTime() - last.getUTCDay() * 86_400_000).toISOString().slice(0, 10)
  }
  return day >= lastSunday(3) && day < lastSunday(10)
}
