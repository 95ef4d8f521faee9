import { boundaries } from './boundaries.ts'
import { conversion } from './conversion.ts'
import { existence } from './existence.ts'
import { fhir } from './fhir.ts'
import { filtering } from './filtering.ts'
import type { FhirPathFunction } from './function.ts'
import { math } from './math.ts'
import { strings } from './strings.ts'
import { subsetting } from './subsetting.ts'
import { tree } from './tree.ts'
import { utility } from './utility.ts'

const lists = [existence, filtering, subsetting, tree, strings, conversion, math, boundaries, utility, fhir]

/** Every function by name; those that take a type or a direction (`is`, `as`, `ofType`, `sort`) belong to the compiler. */
export const functions: ReadonlyMap<string, FhirPathFunction> = new Map(lists.flatMap((list) => Object.entries(list)))
