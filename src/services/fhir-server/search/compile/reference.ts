import { unescaped } from '../escaping.ts'
import { referenceKey } from '../hash.ts'
import { normalReference } from '../values/reference.ts'
import { type Compile, hashFinder } from './context.ts'
import { token } from './token.ts'

/** `Patient/1`, `1`, an absolute URL, a canonical. https://hl7.org/fhir/R4/search.html#reference */
export const reference: Compile = (term, indexes, context) => {
  if (term.modifier === 'identifier') return token(term, indexes, context)
  const { parameter, targetType } = term
  const anyType = parameter.target.length === 0 || parameter.target.includes('Resource')
  const types = targetType ? [targetType] : anyType ? context.parameters.resourceTypes : parameter.target
  const targets = term.values.map(unescaped).flatMap((value) => {
    if (/^[A-Za-z0-9\-.]{1,64}$/.test(value)) return types.map((type) => `${type}/${value}`)
    const target = normalReference(value, context.base)
    return targetType && !target.startsWith(`${targetType}/`) && !target.includes(':') ? [] : [target]
  })
  // A value that contradicts its :[type] matches nothing.
  const hashes = indexes.flatMap((index) =>
    (targets.length > 0 ? targets : ['\u0000']).map((target) => referenceKey(index, target)),
  )
  const holdable = targets.every((target) => target.startsWith('Patient/') || target.startsWith('Encounter/'))
  return { ...hashFinder(hashes, 1, context), holdable }
}
