import { existence } from './existence.ts'
import { fhir } from './fhir.ts'
import { filtering } from './filtering.ts'
import type { FhirPathFunction } from './function.ts'
import { subsetting } from './subsetting.ts'
import { tree } from './tree.ts'

const lists = [existence, filtering, subsetting, tree, fhir]

/** Every function by name; `is`, `as` and `ofType`, which take a type, belong to the compiler. */
export const functions: ReadonlyMap<string, FhirPathFunction> = new Map(lists.flatMap((list) => Object.entries(list)))
