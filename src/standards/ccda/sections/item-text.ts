import { quantityText, rangeText as boundsText, valueText } from '../entries/value.ts'
import type { Allergy, Coded, Component, Immunization, Item, Observation, When } from '../record.ts'
import { readableWhen } from '../time.ts'

/** What an item says in one line, wherever it is only mentioned: `Blood pressure 120 mmHg, 80 mmHg (28 Mar 2019)`. */
export function itemText(item: Item): string {
  if (isObservation(item)) return observationText(item)
  const { ended, given } = item as Partial<Allergy & Immunization>
  return said(nameOf(item.code, item.facts), '', standingOf(item, ended, given), item.notes, item.when)
}

/** The same: most of what is mentioned is an observation. */
export function observationText(observation: Observation): string {
  const name = nameOf(observation.code, observation.facts)
  return said(name, observationValue(observation), standingOf(observation), observation.notes, observation.when)
}

function nameOf({ text }: Coded, facts: Item['facts']): string {
  if (text !== '') return text
  return facts.length > 0 ? facts.map((fact) => `${fact.label}: ${fact.text}`).join(', ') : 'Item without a name'
}

function said(name: string, value: string, standing: string, [note]: Item['notes'], at: When): string {
  const when = readableWhen(at)
  // A comment's name says nothing; its words do, and they are complete where it is told.
  const words = value === '' && note !== undefined && /^comment/i.test(name) ? shortened(note.text) : value
  return `${name}${standing === '' ? '' : ` [${standing}]`}${words === '' ? '' : `: ${words}`}${when === '' ? '' : ` (${when})`}`
}

const telling = new Set(['cancelled', 'stopped', 'aborted', 'suspended', 'not-done'])

/** Why what an item names is not so: a vaccine that was not given, an allergy that ended, what was entered in error. */
function standingOf({ mistaken, status, cautions }: Item, ended?: boolean, given?: boolean): string {
  let words = mistaken !== undefined ? mistaken.toLowerCase() : ended === true ? 'ended' : ''
  if (given === false) words = listed(words, 'not given')
  if (status !== undefined && status !== 'final' && telling.has(status)) words = listed(words, status.replace('-', ' '))
  if (cautions !== undefined) for (const caution of cautions) words = listed(words, caution)
  return words
}

/** Words after others, where there are any. */
export function listed(words: string, more: string): string {
  if (words === '') return more
  return more === '' ? words : `${words}, ${more}`
}

export function isObservation(item: Item): item is Observation {
  return (item as Partial<Observation>).ranges !== undefined
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= 80 ? line : `${line.slice(0, 79).trimEnd()}…`
}

/** The values of an observation and of its components. */
export function observationValue(observation: Pick<Observation, 'value' | 'absent' | 'components'>): string {
  const own = resultText(observation)
  if (observation.components.length === 0) return own
  const parts: string[] = []
  if (own !== '') parts.push(own)
  for (const component of observation.components) parts.push(`${component.code.text}: ${resultText(component)}`)
  return parts.join(', ')
}

export function resultText({ value, absent }: Pick<Component, 'value' | 'absent'>): string {
  if (value) return valueText(value)
  return absent === undefined ? '' : `No value (${absent.text})`
}

/** How an observation and its components are interpreted. */
export function interpretationText({ interpretation, components }: Observation): string {
  const own = interpretation?.text ?? ''
  if (components.length === 0) return own
  return [own, ...components.map((one) => one.interpretation?.text)].filter(Boolean).join(', ')
}

/** The ranges of an observation and of its components. */
export function rangeText({ ranges, components }: Observation): string {
  const own = rangesText(ranges)
  if (components.length === 0) return own
  return [own, ...components.map((one) => rangesText(one.ranges))].filter(Boolean).join('; ')
}

function rangesText(ranges: Observation['ranges']): string {
  const [only] = ranges
  if (only === undefined) return ''
  return ranges.length === 1 ? oneRangeText(only) : ranges.map(oneRangeText).join('; ')
}

function oneRangeText({ low, high, text, meaning }: Observation['ranges'][number]): string {
  const bounds =
    low && high ? boundsText(low, high) : low ? `from ${quantityText(low)}` : high ? `up to ${quantityText(high)}` : ''
  const words = text !== undefined && text !== bounds ? (bounds === '' ? text : `${bounds} (${text})`) : bounds
  return meaning === undefined ? words : `${meaning}: ${words}`
}

/** Every code of an item, for rows whose entry nobody may read: `SNOMED CT 27113001`. */
export function codesText(code: Coded): string {
  return code.codings
    .map((coding) => coding.code)
    .filter(Boolean)
    .join(', ')
}
