import { splitEscaped, unescaped } from '../escaping.ts'
import { tokenKey } from '../hash.ts'
import type { SearchParameter } from '../parameters.ts'
import { type Compile, hashFinder, type MatchTerm } from './context.ts'

/** `code`, `system|code`, `system|`, `|code`. https://hl7.org/fhir/R4/search.html#token */
export const token: Compile = ({ parameter, values, modifier }, indexes, context) => {
  const names = modifier === 'identifier' ? indexes.map((index) => `${index}:identifier`) : indexes
  const hashes = names.flatMap((index) => values.map((value) => hashOf(index, value, parameter)))
  return hashFinder(hashes, 2, context)
}

/**
 * `system|` with the system that a `code` element has without saying it: any code is one of it, so the element need only
 * be there, whatever else the list has.
 */
export function asksForImpliedSystem({ parameter, values }: MatchTerm): boolean {
  if (parameter.impliedSystem === undefined) return false
  return values.some((value) => {
    const [system, ...code] = splitEscaped(value, '|').map(unescaped)
    return system === parameter.impliedSystem && code.join('|') === '' && code.length > 0
  })
}

function hashOf(index: string, value: string, { impliedSystem, foldsCase }: SearchParameter): bigint {
  const parts = splitEscaped(value, '|').map(unescaped)
  const cased = (code: string) => (foldsCase ? code.toLowerCase() : code)
  if (parts.length === 1) return tokenKey.code(index, cased(parts[0] as string))
  const system = parts[0] as string
  const code = cased(parts.slice(1).join('|'))
  // A `code` element has its system without saying it.
  if (impliedSystem !== undefined && system === impliedSystem) return tokenKey.code(index, code)
  if (system === '') return tokenKey.codeWithoutSystem(index, code)
  return code === '' ? tokenKey.system(index, system) : tokenKey.systemAndCode(index, system, code)
}
