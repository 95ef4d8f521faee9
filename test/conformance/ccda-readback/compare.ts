/** A record and its document side by side: what a clinician needs is in both, and equal. */
import { type Coded, squeeze } from './cda.ts'
import type { SourceCode, SourceConcept, SourceQuantity, SourceRecord, SourceResult } from './read-bundle.ts'
import type { DocumentResult, ReadDocument } from './read-document.ts'
import { sameTime } from './times.ts'
import { sameUnit } from './units.ts'

export type Difference = {
  readonly what: string
  readonly id: string
  readonly field: string
  readonly expected: string
  readonly found: string
}

export function compare(source: SourceRecord, document: ReadDocument): Difference[] {
  return [
    ...compareAllergies(source, document),
    ...compareMedications(source, document),
    ...compareProblems(source, document),
    ...compareImmunizations(source, document),
    ...compareResults(source, document),
    ...compareStatements(source, document),
    ...compareWords(source, document),
  ]
}

/** Pairs each item with the entry that agrees with it most, among those that are about the same thing. */
function paired<S extends { id: string }, D>(
  what: string,
  sources: readonly S[],
  entries: readonly D[],
  about: (source: S, entry: D) => boolean,
  check: (source: S, entry: D) => [field: string, ok: boolean, expected: unknown, found: unknown][],
): Difference[] {
  const free = new Set(entries)
  const differences: Difference[] = []
  for (const source of sources) {
    let best: { entry: D; faults: ReturnType<typeof check> } | undefined
    for (const entry of free) {
      if (!about(source, entry)) continue
      const faults = check(source, entry).filter(([, ok]) => !ok)
      if (!best || faults.length < best.faults.length) best = { entry, faults }
      if (faults.length === 0) break
    }
    if (!best) {
      differences.push({
        what,
        id: source.id,
        field: 'entry',
        expected: JSON.stringify(source).slice(0, 300),
        found: 'none',
      })
      continue
    }
    free.delete(best.entry)
    for (const [field, , expected, found] of best.faults) {
      differences.push({ what, id: source.id, field, expected: show(expected), found: show(found) })
    }
  }
  return differences
}

const show = (value: unknown) =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')).slice(0, 300)

const snomedOids = ['2.16.840.1.113883.6.96', '2.16.840.1.113883.2.1.3.2.4.15']
const oids: Record<string, readonly string[]> = {
  'http://snomed.info/sct': snomedOids,
  'http://read.info/readv2': ['2.16.840.1.113883.2.1.6.2', '2.16.840.1.113883.6.29'],
  'http://read.info/ctv3': ['2.16.840.1.113883.2.1.3.2.4.14', '2.16.840.1.113883.6.29'],
}

const isNullFlavor = ({ system }: SourceCode) => system.endsWith('NullFlavor')
// The type of a code in CDA has no room for a space, which some drug codes have.
const isSpaced = ({ code }: SourceCode) => /\s/.test(code)
export const hasCode = (codes: readonly { system: string; code: string }[], wanted: SourceCode) =>
  codes.some(({ system, code }) => code === wanted.code && (oids[wanted.system]?.includes(system) ?? true))
/** Codes of the concept that the entry lacks. */
const lacking = (concept: SourceConcept, codes: readonly { system: string; code: string }[]) =>
  concept.codes
    .filter((code) => !isNullFlavor(code) && !isSpaced(code) && !hasCode(codes, code))
    .map(({ system, code }) => `${system}|${code}`)
const sameThing = (
  concept: SourceConcept | undefined,
  coded: Coded,
  codes: readonly { system: string; code: string }[],
  row: string,
) =>
  concept === undefined
    ? coded.codes.length === 0
    : concept.codes.some((code) => hasCode(codes, code)) ||
      (concept.codes.every(isNullFlavor) && holds(`${coded.text ?? ''} ${row}`, concept.text ?? ''))

/** The words without white space and without what XML cannot carry or had better not; everything else has to arrive. */
const plain = (text: string) => Array.from(text).filter(isCarried).join('').replaceAll(/\s/g, '')
function isCarried(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  const control =
    (code < 0x20 && code !== 9 && code !== 10 && code !== 13) || (code > 0x7e && code < 0xa0 && code !== 0x85)
  return !control && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff
}
export const holds = (text: string, words: string) => plain(text).includes(plain(words))

function compareAllergies({ allergies }: SourceRecord, document: ReadDocument): Difference[] {
  return paired(
    'allergy',
    allergies,
    document.allergies,
    (source, entry) =>
      isNoAllergy(source.concept)
        ? entry.negated && holds(entry.row.toLowerCase(), 'no known')
        : !entry.negated && sameThing(source.concept, entry.substance, entry.allCodes, entry.row),
    (source, entry) => {
      const texts = `${entry.row} ${entry.substance.text ?? ''}`
      return [
        ['id', isFrom(source.id, entry), source.id, entry.ids],
        [
          'codes',
          isNoAllergy(source.concept) || lacking(source.concept, entry.allCodes).length === 0,
          lacking(source.concept, entry.allCodes),
          entry.substance.codes,
        ],
        ['text', !source.concept.text || holds(texts, source.concept.text), source.concept.text, texts],
        [
          'status',
          source.ended ? entry.concernStatus !== 'active' : entry.concernStatus === 'active',
          source.ended ? 'ended' : 'active',
          entry.concernStatus,
        ],
        ['onset', sameTime(source.onset, entry.time.low), source.onset, entry.time.low],
        ['end', !source.ended || sameTime(source.end, entry.time.high), source.end, entry.time.high],
        ...source.reactions.map((reaction, n): [string, boolean, unknown, unknown] => [
          `reaction ${n}`,
          entry.reactions.some((each) => lacking(reaction.concept, each.value.codes).length === 0) &&
            (!reaction.concept.text || holds(entry.row, reaction.concept.text)),
          reaction.concept,
          entry.reactions.map(({ value }) => value.codes),
        ]),
        ...source.reactions.map((reaction, n): [string, boolean, unknown, unknown] => [
          `severity ${n}`,
          !reaction.severity ||
            entry.reactions.some(({ severity }) =>
              severity?.codes.some(({ code }) => code === severities[reaction.severity ?? '']),
            ),
          reaction.severity,
          entry.reactions.map(({ severity }) => severity?.codes),
        ]),
        ...wordsIn(source.words, entry.row),
      ]
    },
  )
}
/** "No known allergy" and what is under it: told by negation. */
const isNoAllergy = ({ codes }: SourceConcept) =>
  codes.some(({ code }) => ['716186003', '409137002', '428607008', '429625007'].includes(code))
const isFrom = (id: string, entry: { readonly ids: readonly string[] }) =>
  entry.ids.some((each) => each.toLowerCase().includes(id.toLowerCase()))

const severities: Record<string, string> = { mild: '255604002', moderate: '6736007', severe: '24484000' }

const wordsIn = (words: readonly string[], row: string) =>
  words.map((text, n): [string, boolean, unknown, unknown] => [`words ${n}`, holds(row, text), text, row])

function compareMedications({ medications, plansAlone }: SourceRecord, document: ReadDocument): Difference[] {
  const extra = document.medications.length - medications.length - plansAlone
  return [
    ...(extra > 0
      ? [
          {
            what: 'medication',
            id: '',
            field: 'count',
            expected: String(medications.length),
            found: String(document.medications.length),
          },
        ]
      : []),
    ...paired(
      'medication',
      medications,
      document.medications,
      (source, entry) => sameThing(source.drug, entry.drug, entry.drug.codes, entry.row),
      (source, entry) => {
        const missing = source.drug ? lacking(source.drug, entry.drug.codes) : []
        const texts = `${entry.row} ${entry.drug.text ?? ''}`
        return [
          ['id', isFrom(source.id, entry), source.id, entry.ids],
          ['codes', missing.length === 0, missing, entry.drug.codes],
          ['text', !source.drug?.text || holds(texts, source.drug.text), source.drug?.text, texts],
          ['status', (source.status === 'active') === (entry.status === 'active'), source.status, entry.status],
          ['start', sameTime(source.start, entry.time.low), source.start, entry.time.low],
          ['end', sameTime(source.end, entry.time.high), source.end, entry.time.high],
          ['issues', entry.supplies >= source.orders, source.orders, entry.supplies],
          ['not computed', !entry.hasDoseQuantity, 'no dose quantity', 'a dose quantity'],
          ...wordsIn(source.words, entry.row),
        ]
      },
    ),
  ]
}

const activeStatus = '55561003'

function compareProblems({ problems }: SourceRecord, document: ReadDocument): Difference[] {
  return paired(
    'problem',
    problems,
    document.problems,
    (source, entry) => sameThing(source.concept, entry.value, entry.value.codes, entry.row),
    (source, entry) => {
      const missing = lacking(source.concept, entry.value.codes)
      const texts = `${entry.row} ${entry.value.text ?? ''}`
      const status = entry.status?.codes[0]?.code
      return [
        ['id', isFrom(source.id, entry), source.id, entry.ids],
        ['codes', missing.length === 0, missing, entry.value.codes],
        ['text', !source.concept.text || holds(texts, source.concept.text), source.concept.text, texts],
        ['status', source.active ? status === activeStatus : status !== activeStatus, source.active, status],
        ['concern', source.active === (entry.concernStatus === 'active'), source.active, entry.concernStatus],
        ['onset', sameTime(source.onset, entry.time.low), source.onset, entry.time.low],
        ['abatement', sameTime(source.abatement, entry.time.high), source.abatement, entry.time.high],
        [
          'significance',
          !source.significance || holds(entry.row.toLowerCase(), source.significance),
          source.significance,
          entry.row,
        ],
        ...wordsIn(source.words, entry.row),
      ]
    },
  )
}

function compareImmunizations({ immunizations }: SourceRecord, document: ReadDocument): Difference[] {
  return paired(
    'immunization',
    immunizations,
    document.immunizations,
    (source, entry) =>
      [source.vaccine, source.procedure].some((concept) =>
        concept.codes.some((code) => !isNullFlavor(code) && hasCode(entry.allCodes, code)),
      ) ||
      (source.procedure.codes.length === 0 && holds(entry.row, source.procedure.text ?? source.vaccine.text ?? '')),
    (source, entry) => {
      const missing = [...lacking(source.vaccine, entry.allCodes), ...lacking(source.procedure, entry.allCodes)]
      const texts = `${entry.row} ${entry.vaccine.text ?? ''}`
      return [
        ['id', isFrom(source.id, entry), source.id, entry.ids],
        ['codes', missing.length === 0, missing, entry.allCodes],
        ...[source.vaccine.text, source.procedure.text].map((text): [string, boolean, unknown, unknown] => [
          'text',
          !text || holds(texts, text),
          text,
          texts,
        ]),
        ['given', source.given === !entry.negated, source.given, !entry.negated],
        ['status', entry.status === 'completed', 'completed', entry.status],
        ['date', sameTime(source.date, entry.time.low), source.date, entry.time.low],
        ['lot', !source.lot || entry.lot === squeeze(source.lot), source.lot, entry.lot],
        ...wordsIn(source.words, entry.row),
      ]
    },
  )
}

function compareResults({ results }: SourceRecord, document: ReadDocument): Difference[] {
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

function checkResult(source: SourceResult, entry: DocumentResult): [string, boolean, unknown, unknown][] {
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
      .map(({ code }): [string, boolean, unknown, unknown] => [
        'interpretation',
        entry.interpretation.some(({ codes }) => codes.some((each) => each.code === code)),
        code,
        entry.interpretation,
      ]),
    ...source.ranges.map((range, n): [string, boolean, unknown, unknown] => [
      `range ${n}`,
      entry.ranges.some((each) => sameRange(range, each, entry.row)) ||
        (entry.ranges.length === 0 && rangeIsTold(range, entry.row)),
      range,
      entry.ranges,
    ]),
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

function sameQuantity({ value, comparator, unit, code }: SourceQuantity, found: DocumentResult['value']): boolean {
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
function compareStatements({ statements }: SourceRecord, document: ReadDocument): Difference[] {
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

function compareWords({ words }: SourceRecord, { narrative }: ReadDocument): Difference[] {
  const all = plain(narrative)
  return words
    .filter((text) => !all.includes(plain(text)))
    .map((text) => ({ what: 'words', id: '', field: 'narrative', expected: text.slice(0, 300), found: 'nowhere' }))
}
