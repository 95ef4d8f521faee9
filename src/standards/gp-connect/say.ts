import type { Coded, Fact, Party } from '../ccda/record.ts'
import { readable } from '../ccda/time.ts'
import type { Datatypes, Writable } from './datatypes.ts'
import { isRead } from './extensions.ts'
import { type Json, object, objects, rawString } from './json.ts'
import { recent } from './recent.ts'
import type { Source, SourceEntry } from './source.ts'

/** A Reader, or what there is of one while people are being read. */
type Speaker = {
  readonly source: Source
  readonly people: { party(reference: unknown): Party | undefined }
  readonly datatypes: Datatypes
}

/** An element in words, with everything inside it, in its own order. References are followed by name alone. */
export function say(reader: Speaker, facts: Fact[], name: string, value: unknown, depth = 0): void {
  if (value === undefined || value === null) return
  const { datatypes } = reader
  if (depth > 12) {
    datatypes.fact(facts, name, datatypes.text(JSON.stringify(value)))
    return
  }
  if (Array.isArray(value)) {
    for (const one of value) say(reader, facts, name, one, depth + 1)
    return
  }
  const holder = object(value)
  if (!holder) {
    if (typeof value === 'string' && isBytes(value)) return sayHeld(reader, facts, name, value)
    datatypes.fact(facts, name, typeof value === 'boolean' ? (value ? 'Yes' : 'No') : datatypes.text(value))
    return
  }
  const concept = holder.coding === undefined ? undefined : datatypes.coded(holder)
  if (concept) datatypes.codedFact(facts, name, holder)
  else if (holder.reference !== undefined || isNameAlone(holder)) datatypes.fact(facts, name, named(reader, holder))
  else if (holder.value !== undefined && (holder.unit !== undefined || holder.code !== undefined))
    datatypes.fact(facts, name, datatypes.amount(holder))
  else if (holder.linkId !== undefined) {
    const title = datatypes.text(holder.text) ?? datatypes.text(holder.linkId) ?? name
    for (const inner in holder)
      if (inner !== 'linkId' && inner !== 'text') say(reader, facts, title, holder[inner], depth + 1)
  } else if (isWordsAlone(holder)) datatypes.fact(facts, name, datatypes.text(holder.text))
  else
    for (const inner in holder)
      if (inner === 'data' && typeof holder.data === 'string' && isAttachment(holder))
        sayHeld(reader, facts, name, holder.data)
      else if (/^(?:modifierE|e)xtension$/.test(inner))
        for (const one of objects(holder[inner])) sayExtension(reader, facts, one, `${name}: `, depth + 1)
      else if (inner !== 'url' && inner !== 'id')
        say(reader, facts, `${name}: ${label(inner)}`, holder[inner], depth + 1)
}

/** Contents that are bytes: that they are there is said, in the document and in its issues, and they stay where they are. */
export function sayHeld(
  { source, datatypes }: Pick<Speaker, 'source' | 'datatypes'>,
  facts: Fact[],
  name: string,
  base64: string,
): void {
  datatypes.fact(
    facts,
    name,
    `Held in the record, ${base64.length} characters in base64, and not included in this document`,
  )
  source.issue({
    severity: 'warning',
    text: 'Contents that the record holds are not included in the document',
    ...(source.current && { resource: source.current.key }),
  })
}

/** https://hl7.org/fhir/STU3/datatypes.html#Attachment; a SampledData has `data` too, of numbers. */
function isAttachment(holder: Json): boolean {
  return holder.dimensions === undefined && holder.origin === undefined
}

/** No words are so long without a space, in lines of such a length: bytes under a name that nobody knows. */
function isBytes(text: string): boolean {
  return text.length >= 1000 && /^(?:[A-Za-z0-9+/_-]{60,}[\r\n]+)*[A-Za-z0-9+/_-]+={0,2}\s*$/.test(text)
}

/** A reference of which only the name is left. */
function isNameAlone(holder: Json): boolean {
  for (const name in holder) if (name !== 'display' && name !== 'identifier') return false
  return typeof holder.display === 'string'
}

function isWordsAlone(holder: Json): boolean {
  for (const name in holder) if (name !== 'text') return false
  return typeof holder.text === 'string'
}

/** An extension under the last word of its URL, which is all that is known about it. */
export function sayExtension(reader: Speaker, facts: Fact[], one: Json, prefix = '', depth = 0): void {
  const url = rawString(one.url) ?? ''
  const word = url
    .split('/')
    .at(-1)
    ?.replace(/^(?:Extension-)?(?:CareConnect-)?(?:GPC-)?/i, '')
    .replace(/-\d+$/, '')
  const name = prefix + (label(word ?? '') || 'Extension')
  if (depth > 12) return say(reader, facts, name, one, depth)
  for (const inner in one)
    if (/^(?:modifierE|e)xtension$/.test(inner))
      for (const more of objects(one[inner])) sayExtension(reader, facts, more, `${name}: `, depth + 1)
    else if (inner !== 'url' && inner !== 'id')
      say(reader, facts, inner.startsWith('value') ? name : `${name}: ${label(inner)}`, one[inner], depth + 1)
}

/**
 * What a resource says besides the elements that its reader knows, in words: an element of another version, an extension
 * of a supplier's own, something STU3 has and GP Connect does not use. `read` names what is told elsewhere.
 */
export function sayTheRest(reader: Speaker, facts: Fact[], holder: Json, read: Elements, prefix = ''): void {
  let before = read.start
  for (const name in holder) {
    const known = before.next.name === name ? before.next : followed(read, before, name)
    if (known) before = known
    else if (name === 'extension') {
      for (const one of objects(holder[name])) if (!isRead(one.url)) sayExtension(reader, facts, one, prefix)
    } else if (name.startsWith('_')) say(reader, facts, prefix + label(name.slice(1)), holder[name], 1)
    else say(reader, facts, prefix + label(name), holder[name], 1)
  }
}

/**
 * Names of elements. Resources of one type have theirs in nearly the same order: what came after each of them last time
 * is mostly what comes now, which is seen sooner than looked up.
 */
export type Elements = { readonly start: Element; readonly byName: ReadonlyMap<string, Element> }
type Element = { readonly name: string; next: Element; other: Element }

/** The element of this name, if it is one of them. */
function followed(read: Elements, before: Element, name: string): Element | undefined {
  if (before.other.name === name) return before.other
  const found = read.byName.get(name)
  if (found) {
    before.other = before.next
    before.next = found
  }
  return found
}

/** Elements that every reader knows, and its own. */
export function elements(...names: readonly string[]): Elements {
  return elementsAlone('resourceType', ...everywhere, ...names)
}
export function elementsAlone(first: string, ...others: readonly string[]): Elements {
  // What comes next is always one of them, be it only a guess.
  const guess = { name: first } as Writable<Element>
  guess.next = guess.other = guess
  const byName = new Map<string, Element>([[first, guess]])
  for (const name of others) byName.set(name, { name, next: guess, other: guess })
  return { start: { ...guess }, byName }
}
const everywhere = [
  'id',
  'meta',
  'text',
  'identifier',
  'subject',
  'patient',
  'implicitRules',
  'language',
  'contained',
  'context',
  'encounter',
  'modifierExtension',
]

function named({ source, people, datatypes }: Speaker, reference: Json): string | undefined {
  const target = source.resolve(reference)
  const display = datatypes.text(reference.display)
  if (display) return display
  const party = people.party(reference)
  const name =
    party?.name ??
    party?.practitioner?.names[0]?.text ??
    party?.practitioner?.names[0]?.family ??
    party?.organisation?.name
  if (name) return name
  if (target === undefined) return datatypes.text(reference.reference)
  const { resource, type } = target
  // A device or a schedule is named by its type, an encounter by the first of them.
  const code = datatypes.coded(resource.code) ?? datatypes.coded(resource.type) ?? subjectOf(source, datatypes, target)
  if (!code?.text) return datatypes.text(reference.reference)
  if (type === 'Observation') return code.text + observed(datatypes, resource)
  if (type !== 'ReferralRequest' && type !== 'MedicationRequest' && type !== 'Encounter') return code.text
  const when = readable(datatypes.text(resource.authoredOn ?? object(resource.period)?.start))
  return when === '' ? code.text : `${code.text} (${when})`
}

/** What a request has instead of a code: the product of a prescription, the reason of a referral. */
function subjectOf(source: Source, { coded }: Datatypes, target: SourceEntry): Coded | undefined {
  const { resource } = target
  const before = source.current
  // What it contains is found in it, and not in what refers to it.
  source.current = target
  const product = source.resolve(resource.medicationReference)
  source.current = before
  return (
    coded(resource.medicationCodeableConcept) ??
    coded(product?.resource.code) ??
    coded(objects(resource.reasonCode)[0]) ??
    coded(objects(resource.type)[0])
  )
}

/** Which of the observations of one name: by what it says, and when it was. */
function observed(datatypes: Datatypes, resource: Json): string {
  const { amount, coded, word, text } = datatypes
  const valueOf = (holder: Json): string | undefined =>
    amount(holder.valueQuantity) ?? coded(holder.valueCodeableConcept)?.text ?? word(holder.valueString)
  const parts = objects(resource.component)
    .slice(0, 8)
    .map((one) => [coded(one.code)?.text, valueOf(one)].filter(Boolean).join(': '))
  const value = valueOf(resource) ?? (parts.length > 0 ? parts.join(', ') : word(resource.comment))
  const brief = value === undefined || value.length <= 80 ? value : `${value.slice(0, 79).trimEnd()}…`
  const when = readable(text(resource.effectiveDateTime))
  return [
    rawString(resource.status) === 'entered-in-error' ? ' [entered in error]' : '',
    brief === undefined ? '' : `: ${brief.replaceAll(/\s+/g, ' ')}`,
    when === '' ? '' : ` (${when})`,
  ].join('')
}

/** `valueQuantity` is `Value quantity`. */
export function label(name: string): string {
  const known = labels.get(name)
  if (known !== undefined) return known
  const made = spacedOut(name)
  labels.set(name, made)
  return made
}
const labels = recent<string>()

function spacedOut(name: string): string {
  const spaced = name.replaceAll(/([A-Z])/g, (capital) => ` ${capital.toLowerCase()}`).trimStart()
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}
