import { unescaped } from '../escaping.ts'
import { uriKey } from '../hash.ts'
import { type Compile, hashFinder } from './context.ts'

/** The whole uri, to the letter. https://hl7.org/fhir/R4/search.html#uri */
export const uri: Compile = ({ values }, indexes, context) =>
  hashFinder(
    indexes.flatMap((index) => values.map((value) => uriKey(index, unescaped(value)))),
    2,
    context,
  )
