import { unescaped } from '../escaping.ts'
import { fold } from '../fold.ts'
import { parameterKey } from '../hash.ts'
import { longestIndexedText } from '../index-rows.ts'
import { soundsLike } from '../sounds-alike.ts'
import { type Compile, type Context, valueFinder } from './context.ts'

/** Starts with, equals (`:exact`) or holds (`:contains`). https://hl7.org/fhir/R4/search.html#string */
export const string: Compile = ({ parameter, values, modifier }, indexes, context) => {
  const { bind } = context
  const conditions = values.map(unescaped).map((value) => (t: string) => {
    const folded = fold(value).slice(0, longestIndexedText)
    if (modifier === 'exact')
      return `${t}.s = ${bind(folded)}::text and coalesce(${t}.exact, ${t}.s) = ${bind(value)}::text`
    if (modifier === 'contains') return `${t}.s like ${bind(`%${folded.replaceAll(/[\\%_]/g, '\\$&')}%`)}::text`
    // The algorithm is the server's to choose; it has the rows of `name`.
    const alike = parameter.code === 'phonetic' ? soundsLike(folded) : undefined
    if (alike !== undefined) return `${beginsWith(t, folded.slice(0, 1), bind)} and ${t}.s ~ ${bind(alike)}::text`
    return beginsWith(t, folded, bind)
  })
  const anyOf = (t: string) => conditions.map((condition) => `(${condition(t)})`).join(' or ')
  return valueFinder('ix_str', indexes.map(parameterKey), anyOf, 3, context)
}

// Every text with this beginning lies between it and it with the last character there is.
const beginsWith = (t: string, folded: string, bind: Context['bind']) =>
  `${t}.s >= ${bind(folded)}::text and ${t}.s < ${bind(`${folded}\u{10ffff}`)}::text`
