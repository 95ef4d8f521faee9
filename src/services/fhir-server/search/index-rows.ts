/** What the index tables hold of a resource: a plain function from the resource to its rows. */
import type { Resource } from '../../../standards/fhir/types.ts'
import { Buffer } from 'node:buffer'
import { fold } from './fold.ts'
import {
  originKey,
  compartmentKey,
  parameterKey,
  presenceKey,
  referenceKey,
  resourceKey,
  tokenKey,
  uriKey,
} from './hash.ts'
import type { SearchParameter, SearchParameters, SearchParameterType, TypedValue } from './parameters.ts'
import { postgresTime } from './postgres-time.ts'
import { intervalsOf } from './values/date.ts'
import { amountsOf } from './values/quantity.ts'
import { originOf, referencesOf } from './values/reference.ts'
import { stringsOf } from './values/string.ts'
import { foldedToken, type Token, tokensOf } from './values/token.ts'

export type DateRow = { p: bigint; lo: string; hi: string; first: boolean; last: boolean }
export type NumberRow = {
  p: bigint
  lo: number
  hi: number
  system: string | undefined
  code: string | undefined
  unit: string | undefined
  first: boolean
  last: boolean
}
export type StringRow = { p: bigint; s: string; exact: string | undefined; first: boolean; last: boolean }

export type IndexRows = {
  /** By which rules these are made. */
  readonly rules: string
  /** Hash of the resource's own type and id, as references to it name it. */
  readonly key: bigint
  readonly hashes: Set<bigint>
  /** Those of `hashes` that are references; what `_has` and reverse look-ups walk along. */
  readonly references: Set<bigint>
  readonly dates: DateRow[]
  readonly numbers: NumberRow[]
  readonly strings: StringRow[]
  readonly present: Set<number>
}

/** The longest text that a B-tree page surely takes, in the worst case of four bytes a character. */
export const longestIndexedText = 500

export function indexRows(resource: Resource, parameters: SearchParameters, base: string): IndexRows {
  const self = `${resource.resourceType}/${resource.id}`
  const rows: IndexRows = {
    rules: parameters.rules,
    key: resourceKey(self),
    hashes: new Set(),
    references: new Set(),
    dates: [],
    numbers: [],
    strings: [],
    present: new Set(),
  }
  const done = new Set<string>()
  for (const parameter of parameters.of(resource.resourceType).values()) {
    if (done.has(parameter.index)) continue
    done.add(parameter.index)
    const add = writers[parameter.type]
    if (!add) continue
    const values = parameter.extract(resource)
    if (values.length === 0) continue
    rows.present.add(presenceKey(parameter.index))
    add(rows, parameter, values, base, resource.resourceType)
  }
  const compartments = parameters.compartmentIndex(resource.resourceType)
  for (const { owner, parameters: links, self: isOwner } of parameters.compartmentsOf(resource.resourceType)) {
    if (isOwner) rows.hashes.add(compartmentKey(self, compartments))
    for (const link of links)
      for (const value of link.extract(resource))
        for (const { target } of referencesOf(value, base))
          if (target?.startsWith(`${owner}/`)) rows.hashes.add(compartmentKey(target, compartments))
  }
  return rows
}

type Writer = (
  rows: IndexRows,
  parameter: SearchParameter,
  values: readonly TypedValue[],
  base: string,
  type: string,
) => void

const writers: Partial<Record<SearchParameterType, Writer>> = {
  token: (rows, { index, foldsCase }, values) => {
    for (const value of values)
      for (const token of tokensOf(value)) addToken(rows, index, foldsCase ? foldedToken(token) : token)
  },
  uri: (rows, { index }, values) => {
    for (const { value } of values) if (typeof value === 'string') rows.hashes.add(uriKey(index, value))
  },
  reference: (rows, { index }, values, base, type) => {
    for (const value of values) {
      // Whether it is a local one, another address of this server decides anew.
      const origin = originOf(value)
      if (origin !== undefined) rows.hashes.add(originKey(type, origin))
      for (const { target, identifier } of referencesOf(value, base)) {
        if (identifier) addToken(rows, `${index}:identifier`, identifier)
        if (target === undefined) continue
        const key = referenceKey(index, target)
        rows.hashes.add(key)
        rows.references.add(key)
      }
    }
  },
  string: (rows, { index }, values) => {
    const found: StringRow[] = []
    const seen = new Set<string>()
    for (const value of values) {
      for (const text of stringsOf(value)) {
        if (seen.has(text)) continue
        seen.add(text)
        const s = cut(fold(text))
        found.push({ p: parameterKey(index), s, exact: s === text ? undefined : text, first: false, last: false })
      }
    }
    rows.strings.push(
      ...markEnds(
        found,
        (a, b) => order(a.s, b.s),
        (a, b) => order(a.s, b.s),
      ),
    )
  },
  date: (rows, { index }, values) => {
    const found = values.flatMap(intervalsOf).map(({ lo, hi }) => ({
      p: parameterKey(index),
      lo: lo ? postgresTime(lo) : '-infinity',
      hi: hi ? postgresTime(hi) : 'infinity',
      first: false,
      last: false,
    }))
    rows.dates.push(
      ...markEnds(
        unique(found, ({ lo, hi }) => `${lo} ${hi}`),
        (a, b) => dateOrder(a.lo, b.lo),
        (a, b) => dateOrder(a.hi, b.hi),
      ),
    )
  },
  number: addAmounts,
  quantity: addAmounts,
}

function addAmounts(rows: IndexRows, { index }: SearchParameter, values: readonly TypedValue[]): void {
  const found = values.flatMap(amountsOf).map(({ lo, hi, system, code, unit }) => ({
    p: parameterKey(index),
    lo,
    hi,
    system: text(system),
    code: text(code),
    unit: text(unit),
    first: false,
    last: false,
  }))
  const different = unique(found, ({ lo, hi, system, code, unit }) => [lo, hi, system, code, unit].join(' '))
  rows.numbers.push(
    ...markEnds(
      different,
      (a, b) => a.lo - b.lo,
      (a, b) => a.hi - b.hi,
    ),
  )
}

function addToken(rows: IndexRows, index: string, { system, code }: Token): void {
  if (typeof code === 'string' && code !== '') {
    rows.hashes.add(tokenKey.code(index, code))
    if (typeof system === 'string') rows.hashes.add(tokenKey.systemAndCode(index, system, code))
    else rows.hashes.add(tokenKey.codeWithoutSystem(index, code))
  }
  if (typeof system === 'string') rows.hashes.add(tokenKey.system(index, system))
}

/** Marks the row that an ascending sort goes by, and the one a descending sort goes by. */
function markEnds<R extends { first: boolean; last: boolean }>(rows: R[], byStart: Compare<R>, byEnd: Compare<R>): R[] {
  if (rows.length === 0) return rows
  rows.reduce((least, row) => (byStart(row, least) < 0 ? row : least)).first = true
  rows.reduce((most, row) => (byEnd(row, most) > 0 ? row : most)).last = true
  return rows
}
type Compare<R> = (a: R, b: R) => number

/** As PostgreSQL's collation "C" does: by code points. JavaScript differs from U+D800 on, where pairs begin. */
export function order(a: string, b: string): number {
  if (a === b) return 0
  if (beyond.test(a) || beyond.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : 1
}
const beyond = /[\ud800-\uffff]/

/** ISO dates of one length sort as text; only those beyond the year 9999 or before 0 and the infinities do not. */
function dateOrder(a: string, b: string): number {
  return time(a) - time(b) || 0
}
const time = (text: string) => (text === 'infinity' ? Infinity : text === '-infinity' ? -Infinity : Date.parse(text))

function unique<R>(rows: readonly R[], identity: (row: R) => string): R[] {
  if (rows.length < 2) return [...rows]
  return [...new Map(rows.map((row) => [identity(row), row])).values()]
}

const cut = (text: string) =>
  text.length > longestIndexedText ? text.slice(0, longestIndexedText).toWellFormed() : text
const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
