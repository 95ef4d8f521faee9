/** Results, every other entry, and the words: what the record says of them is in the document. */
import {
  type Check,
  type Difference,
  holds,
  isFrom,
  lacking,
  paired,
  plain,
  sameThing,
  show,
  wordsIn,
} from './agree.ts'
import type { SourceQuantity, SourceRecord, SourceResult } from './read-bundle.ts'
import type { DocumentResult, ReadDocument } from './read-document.ts'
import { sameTime } from './times.ts'
import { sameUnit } from './units.ts'

export function compareResults({ results }: SourceRecord, document: ReadDocument): Difference[] {
  return paired(
    'result',
    results,
    document.observations,
    (source, entry) =>
      source.isComponent
        ? sameThing(source.concept, entry.code, entry.code.codes, entry.row)
        : sameThing(source.concept, entry.code, entry.allCodes, entry.row),
    checkResult,
  )
}

function checkResult(source: SourceResult, entry: DocumentResult): Check[] {
  const missing = lacking(source.concept, entry.allCodes)
  const texts = `${entry.row} ${entry.code.text ?? ''}`
  // A part of an observation may leave the time to the whole.
  const time = entry.time.low ?? (source.isComponent ? entry.wholeTime.low : undefined)
  return [
    ['id', isFrom(source.id, entry), source.id, entry.ids],
    ['codes', missing.length === 0, missing, entry.allCodes],
    ['text', !source.concept.text || holds(texts, source.concept.text), source.concept.text, texts],
    ['time', sameTime(source.time, time), source.time, time],
    ['status', source.status !== 'final' || entry.status === 'completed', source.status, entry.status],
    ['value', sameValue(source, entry), source.quantity ?? source.string ?? source.coded, entry.value],
    [
      'unit in words',
      !source.quantity?.unit || holds(entry.row + entry.wholeRow, source.quantity.unit),
      source.quantity?.unit,
      entry.row,
    ],
    ...(source.interpretation?.codes ?? [])
      .filter(({ system }) => system.includes('0078'))
      .map(
        ({ code }): Check => [
          'interpretation',
          entry.interpretation.some(({ codes }) => codes.some((each) => each.code === code)),
          code,
          entry.interpretation,
        ],
      ),
    ...source.ranges.map(
      (range, n): Check => [
        `range ${n}`,
        entry.ranges.some((each) => sameRange(range, each, entry.row)) ||
          (entry.ranges.length === 0 && rangeIsTold(range, entry.row)),
        range,
        entry.ranges,
      ],
    ),
    ...wordsIn(source.words, entry.row),
  ]
}

function sameValue(source: SourceResult, { value, row, allCodes }: DocumentResult): boolean {
  if (source.quantity) return sameQuantity(source.quantity, value)
  if (source.string) return value.kind === 'text' ? holds(value.text, source.string) : holds(row, source.string)
  if (source.coded)
    return lacking(source.coded, allCodes).length === 0 && (!source.coded.text || holds(row, source.coded.text))
  return true
}

function sameQuantity(
  { value, comparator, unit, code, isApproximate }: SourceQuantity,
  found: DocumentResult['value'],
): boolean {
  // No exact number, for software either.
  if (isApproximate) return found.kind === 'text' && holds(found.text, `About ${value}`)
  if (!('unit' in found) || !sameUnit(unit, code, found.unit)) return false
  if (comparator?.startsWith('>')) return found.kind === 'range' && found.low === value && found.high === undefined
  if (comparator?.startsWith('<')) return found.kind === 'range' && found.high === value && found.low === undefined
  return found.kind === 'quantity' && found.value === value
}

function sameRange(
  range: SourceResult['ranges'][number],
  found: DocumentResult['ranges'][number],
  row: string,
): boolean {
  if (range.low === undefined && range.high === undefined)
    return !range.text || holds(`${found.text ?? ''} ${row}`, range.text)
  if (found.value.kind === 'range') return found.value.low === range.low && found.value.high === range.high
  // A range of one end may also be told in words.
  return [range.low, range.high].every((end) => end === undefined || holds(found.text ?? '', end))
}

/**
 * Every Observation, Encounter, referral, diary entry, document and report stands somewhere under its own id: as an entry
 * with its codes, its words and its time.
 */
export function compareStatements({ statements }: SourceRecord, document: ReadDocument): Difference[] {
  const byId = Map.groupBy(
    document.statements.flatMap((entry) => entry.ids.map((id) => ({ id: id.toLowerCase(), entry }))),
    ({ id }) => id.replace(/^[^|]*\|/, ''),
  )
  return statements.flatMap((source): Difference[] => {
    const key = `${source.type}/${source.id}`.toLowerCase()
    const entries = byId.get(key) ?? []
    const fault = (field: string, expected: unknown, found: unknown): Difference => ({
      what: source.type,
      id: source.id,
      field,
      expected: show(expected),
      found: show(found),
    })
    if (entries.length === 0) return [fault('entry', source, 'none')]
    const codes = entries.flatMap(({ entry }) => entry.allCodes)
    const row = entries.map(({ entry }) => `${entry.row} ${entry.text}`).join(' ')
    const missing = lacking(source.concept, codes)
    const times = entries.flatMap(({ entry }) => entry.times)
    return [
      ...(missing.length > 0 ? [fault('codes', missing, codes)] : []),
      ...(source.concept.text && !holds(row, source.concept.text) ? [fault('text', source.concept.text, row)] : []),
      ...(sameTime(source.time, undefined) ||
      times.some((time) => sameTime(source.time, time)) ||
      isTold(source.time, entries, row)
        ? []
        : [fault('time', source.time, times)]),
    ]
  })
}

/** The organizer of a report has no place for the time it was issued: its heading tells the day. */
function isTold(time: string | undefined, entries: readonly { entry: { element: string } }[], words: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(time ?? '') ?? []
  const name = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')[Number(month) - 1]
  return entries.every(({ entry }) => entry.element === 'organizer') && words.includes(`${Number(day)} ${name} ${year}`)
}

/** Where the template has no place for a range, the words have to tell it. */
const rangeIsTold = ({ low, high, text }: SourceResult['ranges'][number], row: string) =>
  [low, high, text].every((part) => part === undefined || holds(row, part))

/** Each thing that is not for the patient says so beside itself. */
export function compareSecrets({ notForPatient }: SourceRecord, { narrative }: ReadDocument): Difference[] {
  const told = narrative.match(/not to be disclosed to the patient/gi)?.length ?? 0
  return told >= notForPatient
    ? []
    : [{ what: 'secret', id: '', field: 'count', expected: String(notForPatient), found: String(told) }]
}

export function compareWords({ words }: SourceRecord, { narrative }: ReadDocument): Difference[] {
  const all = plain(narrative)
  return words
    .filter((text) => !all.includes(plain(text)))
    .map((text) => ({ what: 'words', id: '', field: 'narrative', expected: text.slice(0, 300), found: 'nowhere' }))
}
