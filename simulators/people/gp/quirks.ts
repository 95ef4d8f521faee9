/**
 * What real GP systems do that the specification does not say, each as a change of the finished record. Several together
 * make the manner of a supplier.
 */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import type { Supplier } from '../person.ts'
import type { Random } from '../random.ts'
import { codings, dates, degraded } from './quirks-content.ts'
import { structure } from './quirks-structure.ts'
import type { Alter } from './alter.ts'

const quirks = {
  ...structure,
  ...codings,
  ...dates,
  ...degraded,
  'no-known-allergy-beside-allergies': (all: Resource[]) => all,
} satisfies Record<string, Alter>

export type Quirk = keyof typeof quirks
export const quirkNames = Object.keys(quirks) as Quirk[]

export const mannerQuirks: Record<Supplier, readonly Quirk[]> = {
  emis: [
    'lists-without-id',
    'read-codes',
    'emis-drug-codes',
    'report-status-unknown',
    'fraction-digits',
    'actual-problem-gpc-url',
    'description-ids',
  ],
  tpp: [
    'lists-without-id',
    'dangling-encounter-references',
    'products-as-allergens',
    'report-category-as-array',
    'reactions-left-out',
    'description-ids',
    'actual-problem-gpc-url',
  ],
  medicus: [
    'report-status-unknown',
    'products-as-allergens',
    'quantities-as-strings',
    'lists-without-id',
    'description-ids',
    'conditions-without-asserter',
  ],
}

/** In the order of the table, whatever order they are asked in, so that the same set gives the same record. */
export function applyQuirks(resources: readonly Resource[], wanted: readonly Quirk[], random: Random): Resource[] {
  let all = [...resources]
  for (const name of quirkNames) if (wanted.includes(name)) all = (quirks[name] as Alter)(all, random.fork(name))
  return all
}
