/** The parameters that say how results are given back. https://hl7.org/fhir/R4/search.html#return */
import { Problem } from '../../../kernel/problem.ts'
import type { SearchParameter, SearchParameters } from './parameters.ts'
import type { QueryParameter } from './query-string.ts'
import { NotUnderstood } from './not-understood.ts'
import type { Include, Search, SortKey, Summary } from './term.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }
export type ResultDraft = Writable<Omit<Search, 'terms' | 'understood' | 'notUnderstood'>> & {
  types: string[]
  sort: SortKey[]
  elements: string[]
  includes: Include[]
  revincludes: Include[]
}
type Limits = { readonly maxCount: number }
type Read = (value: string, draft: ResultDraft, parameters: SearchParameters, limits: Limits) => void

const mostSortKeys = 10

const readers: Readonly<Record<string, Read>> = {
  _type(value, draft, parameters) {
    const types = value.split(',')
    for (const type of types)
      if (!parameters.isResourceType(type)) throw new Problem('invalid', 'Not a resource type of R4', { at: '_type' })
    if (draft.types.length > 0 && !types.every((type) => draft.types.includes(type)))
      throw new Problem('invalid', 'The address names another type', { at: '_type' })
    draft.types = types
  },
  _count(value, draft, _parameters, { maxCount }) {
    if (!/^\d{1,9}$/.test(value)) throw new Problem('invalid', '_count is a whole number from 0 on', { at: '_count' })
    draft.count = Math.min(Number(value), maxCount)
  },
  _total(value, draft) {
    if (value !== 'none' && value !== 'estimate' && value !== 'accurate')
      throw new Problem('invalid', '_total is none, estimate or accurate', { at: '_total' })
    draft.total = value
  },
  _summary(value, draft) {
    if (!['true', 'false', 'text', 'data', 'count'].includes(value))
      throw new Problem('invalid', '_summary is true, false, text, data or count', { at: '_summary' })
    draft.summary = value as Summary
  },
  _elements(value, draft, parameters) {
    // `Patient.name` and `name.family` are the element `name`: only whole elements of the resource are chosen.
    const elements = value.split(',').map((path) => {
      const [first = '', second] = path.split('.')
      return second !== undefined && parameters.isResourceType(first) ? second : first
    })
    if (!elements.every((name) => /^[A-Za-z]\w*$/.test(name)))
      throw new Problem('invalid', '_elements is a list of element names', { at: '_elements' })
    draft.elements.push(...elements)
  },
  _sort(value, draft, parameters) {
    for (const part of value.split(',')) {
      const descending = part.startsWith('-')
      const code = descending ? part.slice(1) : part
      draft.sort.push({ parameter: code === '_id' ? 'id' : sortable(draft.types, code, parameters), descending })
    }
    if (draft.sort.length > mostSortKeys)
      throw new Problem('invalid', `${draft.sort.length} sort keys where at most ${mostSortKeys} may be`, {
        at: '_sort',
        code: { fhir: 'too-costly' },
      })
  },
  _cursor(value, draft) {
    draft.cursor = value
  },
  _contained(value) {
    if (value !== 'false') throw new NotUnderstood('Only _contained=false is supported')
  },
  _format() {},
  _pretty() {},
}

const includeNames = /^(_include|_revinclude)(?::(iterate|recurse))?$/

export function isResultParameter(name: string): boolean {
  return Object.hasOwn(readers, name) || includeNames.test(name)
}

/** Reads one of them into the draft. Throws Problem('invalid'), or NotUnderstood. */
export function resultParameters(
  { name, value }: QueryParameter,
  draft: ResultDraft,
  parameters: SearchParameters,
  limits: Limits,
): void {
  const include = includeNames.exec(name)
  if (!include) return readers[name]?.(value, draft, parameters, limits)
  const list = include[1] === '_include' ? draft.includes : draft.revincludes
  for (const one of readInclude(value, include[2] !== undefined, include[1] as string, draft.types, parameters))
    if (!list.some((other) => isSame(one, other))) list.push(one)
  if (list.length > mostIncludes)
    throw new Problem('invalid', `More than ${mostIncludes} different references to follow`, {
      at: name,
      code: { fhir: 'too-costly' },
    })
}

/** `*` alone is one for each of R4's 148 types. */
const mostIncludes = 300

const isSame = (a: Include, b: Include) =>
  a.from === b.from && a.parameter === b.parameter && a.target === b.target && a.iterate === b.iterate

function sortable(types: readonly string[], code: string, parameters: SearchParameters): SearchParameter {
  const parameter = parameters.of(types[0] ?? 'Resource').get(code)
  const known = types.every((type) => parameters.of(type).has(code))
  if (!parameter || !known || parameter.type === 'composite' || parameter.type === 'special')
    throw new NotUnderstood(`There is no search parameter '${code.slice(0, 60)}' to sort by`)
  return parameter
}

/** `Observation:subject`, `Observation:subject:Patient`, `*`, `Observation:*`. */
function readInclude(
  value: string,
  iterate: boolean,
  name: string,
  types: readonly string[],
  parameters: SearchParameters,
): Include[] {
  if (value === '*') {
    const from = name === '_include' && types.length > 0 && !iterate ? types : parameters.resourceTypes
    return from.map((type) => ({ from: type, parameter: '*', target: undefined, iterate }))
  }
  const [from = '', code = '', target] = value.split(':')
  if (!parameters.isResourceType(from)) throw new NotUnderstood(`${name} starts with a resource type and a colon`)
  if (target !== undefined && target !== '' && !parameters.isResourceType(target))
    throw new NotUnderstood(`${name} names a target that is no resource type`)
  if (code === '*') return [{ from, parameter: '*', target: target || undefined, iterate }]
  const parameter = parameters.of(from).get(code)
  if (!parameter || parameter.type !== 'reference')
    throw new NotUnderstood(`${from} has no reference parameter '${code.slice(0, 60)}'`)
  return [{ from, parameter, target: target || undefined, iterate }]
}
