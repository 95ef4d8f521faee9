import { Problem } from '../../kernel/problem.ts'
import { isLegalXml } from './characters.ts'

/** A tag as it was written, its prefixes resolved. */
export type ScannedTag = {
  /** With its prefix. */
  readonly name: string
  /** Empty where there is none. */
  readonly prefix: string
  readonly local: string
  readonly namespace: string
  /** Those that declare namespaces are not among them. */
  readonly attributes: readonly ScannedAttribute[]
  /** What it declares: prefixes (the default one is empty) and their namespaces. */
  readonly declared: ReadonlyMap<string, string> | undefined
  /** Where it begins in the text. */
  readonly start: number
}
export type ScannedAttribute = {
  readonly prefix: string
  readonly local: string
  readonly namespace: string
  readonly value: string
}

/** A prefix that is not declared any more has no namespace. */
export type Scope = ReadonlyMap<string, string | undefined>

export type XmlEvents = {
  /** `scope` holds the namespaces that are declared here, and changes with the next event. */
  open(tag: ScannedTag, scope: Scope): void
  /** `end` is where the text goes on. */
  close(end: number): void
  /** Character data: one text may come in several pieces. */
  text(content: string): void
  /** Within the root element. */
  instruction?(target: string, data: string): void
}

const xmlNamespace = 'http://www.w3.org/XML/1998/namespace'
const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/'

/**
 * Walks through a document in one pass, and throws a Problem where it is not well-formed or its namespaces are not. A
 * document type is refused, and with it every entity that is not XML's own five. Nothing thrown repeats the text.
 * https://www.w3.org/TR/xml/ https://www.w3.org/TR/xml-names/
 */
export function scanXml(text: string, events: XmlEvents): void {
  if (!isLegalXml(text)) throw malformed('a character that XML cannot hold')
  const open: string[] = []
  const namespaces = new Namespaces()
  let rootSeen = false
  let at = afterDeclaration(text, text.charCodeAt(0) === 0xfeff ? 1 : 0)
  for (;;) {
    const mark = text.indexOf('<', at)
    const end = mark < 0 ? text.length : mark
    if (end > at) {
      const content = text.slice(at, end)
      if (open.length > 0) events.text(characters(content))
      else if (!/^[ \t\r\n]*$/.test(content)) throw malformed('text outside of the root element')
    }
    if (mark < 0) break
    const next = text.charCodeAt(mark + 1)
    if (next === slash) {
      const name = open.pop()
      at = name === undefined ? -1 : afterEndTag(text, mark + 2, name)
      if (at < 0) throw malformed('an end tag without its start tag')
      events.close(at)
      namespaces.leave()
    } else if (next === exclamation) {
      at = afterDeclared(text, mark, open.length > 0, events)
    } else if (next === question) {
      at = afterInstruction(text, mark, open.length > 0 ? events : undefined)
    } else {
      if (rootSeen && open.length === 0) throw malformed('a second root element')
      rootSeen = true
      const tag = startTag(text, mark, namespaces)
      at = tag.end
      events.open(tag, namespaces.scope)
      if (tag.empty) {
        events.close(at)
        namespaces.leave()
      } else open.push(tag.name)
    }
  }
  if (open.length > 0) throw malformed('an element is not closed')
  if (!rootSeen) throw new Problem('invalid', 'XML has no element')
}

const [exclamation, question, slash, equals, greater, colon] = [0x21, 0x3f, 0x2f, 0x3d, 0x3e, 0x3a]

const malformed = (reason: string) => new Problem('invalid', `XML is not well-formed: ${reason}`)

const declaration =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.[0-9]+"|'1\.[0-9]+')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/y

function afterDeclaration(text: string, at: number): number {
  declaration.lastIndex = at
  return declaration.test(text) ? declaration.lastIndex : at
}

function afterEndTag(text: string, from: number, name: string): number {
  if (!text.startsWith(name, from)) return -1
  const at = afterSpace(text, from + name.length)
  return text.charCodeAt(at) === greater ? at + 1 : -1
}

/** A comment or a CDATA section. */
function afterDeclared(text: string, mark: number, inside: boolean, events: XmlEvents): number {
  if (text.startsWith('--', mark + 2)) {
    const end = text.indexOf('--', mark + 4)
    if (end < 0 || text.charCodeAt(end + 2) !== greater) throw malformed('a comment does not end')
    return end + 3
  }
  if (text.startsWith('DOCTYPE', mark + 2)) throw new Problem('invalid', 'XML with a document type is refused')
  const end = inside && text.startsWith('[CDATA[', mark + 2) ? text.indexOf(']]>', mark + 9) : -1
  if (end < 0) throw malformed('a declaration where none may be')
  if (end > mark + 9) events.text(withLineFeeds(text.slice(mark + 9, end)))
  return end + 3
}

function afterInstruction(text: string, mark: number, events: XmlEvents | undefined): number {
  const nameEnd = afterNcName(text, mark + 2)
  const end = text.indexOf('?>', nameEnd)
  const target = text.slice(mark + 2, nameEnd)
  const from = afterSpace(text, nameEnd)
  if (end < 0 || (from === nameEnd && end > nameEnd) || target.toLowerCase() === 'xml')
    throw malformed('a processing instruction')
  events?.instruction?.(target, withLineFeeds(text.slice(Math.min(from, end), end)))
  return end + 2
}

type Tag = ScannedTag & { readonly end: number; readonly empty: boolean }

function startTag(text: string, start: number, namespaces: Namespaces): Tag {
  const nameEnd = afterName(text, start + 1)
  const name = text.slice(start + 1, nameEnd)
  const attributes: Attribute[] = []
  let prefixed = false
  let declared: Map<string, string> | undefined
  let at = nameEnd
  let code: number
  for (;;) {
    const from = afterSpace(text, at)
    code = text.charCodeAt(from)
    if (code === greater || code === slash) {
      at = from
      break
    }
    if (from === at) throw malformed('a tag')
    const end = afterName(text, from)
    const attribute = text.slice(from, end)
    at = afterSpace(text, end)
    if (text.charCodeAt(at) !== equals) throw malformed('an attribute without a value')
    at = afterSpace(text, at + 1)
    const quote = text[at]
    const close = quote === '"' || quote === "'" ? text.indexOf(quote, at + 1) : -1
    if (close < 0) throw malformed('an attribute whose value is not in quotes')
    const value = attributeValue(text.slice(at + 1, close))
    at = close + 1
    if (attribute === 'xmlns') declared = declaring(declared, '', value)
    else if (attribute.startsWith('xmlns:')) declared = declaring(declared, attribute.slice(6), value)
    else {
      const split = attribute.indexOf(':')
      prefixed ||= split >= 0
      const prefix = split < 0 ? '' : attribute.slice(0, split)
      attributes.push({ prefix, local: split < 0 ? attribute : attribute.slice(split + 1), namespace: '', value })
    }
  }
  const empty = code === slash
  if (empty && text.charCodeAt(++at) !== greater) throw malformed('a tag')
  namespaces.enter(declared)
  if (prefixed) for (const one of attributes) if (one.prefix !== '') one.namespace = namespaces.of(one.prefix)
  if (attributes.length > 1 && hasTwins(attributes)) throw malformed('an attribute that is there twice')
  const split = name.indexOf(':')
  const prefix = split < 0 ? '' : name.slice(0, split)
  return {
    name,
    prefix,
    local: split < 0 ? name : name.slice(split + 1),
    namespace: namespaces.of(prefix),
    attributes,
    declared,
    start,
    end: at + 1,
    empty,
  }
}

type Attribute = { -readonly [Part in keyof ScannedAttribute]: ScannedAttribute[Part] }

function hasTwins(attributes: readonly ScannedAttribute[]): boolean {
  if (attributes.length > 8) {
    // By the number of its namespace: a namespace may be long, and would be written once for each attribute.
    const numbers = new Map<string, number>()
    const numberOf = (namespace: string) => {
      const known = numbers.get(namespace) ?? numbers.size
      numbers.set(namespace, known)
      return known
    }
    // A space cannot be in a name.
    const names = new Set(attributes.map(({ local, namespace }) => `${local} ${numberOf(namespace)}`))
    return names.size < attributes.length
  }
  for (let at = 1; at < attributes.length; at++) {
    const { local, namespace } = attributes[at] as ScannedAttribute
    for (let before = 0; before < at; before++) {
      const other = attributes[before] as ScannedAttribute
      if (other.local === local && other.namespace === namespace) return true
    }
  }
  return false
}

/** They are compared, and in a canonical form repeated, again and again: a long one would make a short message a slow one. */
const maxNamespaceLength = 1000

function declaring(declared: Map<string, string> | undefined, prefix: string, namespace: string): Map<string, string> {
  if (namespace.length > maxNamespaceLength)
    throw new Problem('invalid', `XML with a namespace of more than ${maxNamespaceLength} characters is refused`)
  const fits =
    prefix === 'xml' ? namespace === xmlNamespace : namespace !== xmlNamespace && namespace !== xmlnsNamespace
  if (!fits || prefix === 'xmlns' || (prefix !== '' && namespace === '')) throw malformed('a namespace declaration')
  const all = declared ?? new Map<string, string>()
  if (all.has(prefix)) throw malformed('an attribute that is there twice')
  return all.set(prefix, namespace)
}

/**
 * The namespaces in scope. Going back up costs no more than what was declared: nothing is copied. Nor is a prefix taken
 * out: what is deleted from a Map is passed by until it grows, each time the same key is looked for.
 */
class Namespaces {
  readonly #bound = new Map<string, string | undefined>([
    ['xml', xmlNamespace],
    ['', ''],
  ])
  readonly #before: (readonly [string, string | undefined][] | undefined)[] = []

  get scope(): Scope {
    return this.#bound
  }

  of(prefix: string): string {
    const namespace = this.#bound.get(prefix)
    if (namespace === undefined) throw malformed('a prefix that is not declared')
    return namespace
  }

  enter(declared: ReadonlyMap<string, string> | undefined): void {
    if (!declared) {
      this.#before.push(undefined)
      return
    }
    const before: [string, string | undefined][] = []
    for (const [prefix, namespace] of declared) {
      before.push([prefix, this.#bound.get(prefix)])
      this.#bound.set(prefix, namespace)
    }
    this.#before.push(before)
  }

  leave(): void {
    for (const [prefix, namespace] of this.#before.pop() ?? []) this.#bound.set(prefix, namespace)
  }
}

/** https://www.w3.org/TR/xml/#sec-line-ends */
const withLineFeeds = (text: string) => (text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text)

function characters(raw: string): string {
  if (raw.includes(']]>')) throw malformed('the end of a CDATA section that has not begun')
  return withReferences(withLineFeeds(raw))
}

/** https://www.w3.org/TR/xml/#AVNormalize */
function attributeValue(raw: string): string {
  if (raw.includes('<')) throw malformed('an attribute whose value has a tag')
  return withReferences(/[\t\n\r]/.test(raw) ? raw.replaceAll(/\r\n|[\t\n\r]/g, ' ') : raw)
}

const withReferences = (text: string) =>
  text.includes('&') ? text.replaceAll(/&(?:(\w+)|#([0-9]+)|#x([0-9A-Fa-f]+));|&/g, referenced) : text

const named: Readonly<Record<string, string>> = {
  __proto__: null as never,
  amp: '&',
  lt: '<',
  gt: '>',
  apos: "'",
  quot: '"',
}

function referenced(_all: string, name?: string, decimal?: string, hexadecimal?: string): string {
  if (name !== undefined) {
    const character = named[name]
    if (character !== undefined) return character
  } else if (decimal !== undefined || hexadecimal !== undefined) {
    const point = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal)
    const character = point <= 0x10ffff ? String.fromCodePoint(point) : ''
    if (character !== '' && isLegalXml(character)) return character
  }
  throw malformed('a reference to nothing known')
}

function afterSpace(text: string, from: number): number {
  let at = from
  for (;;) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x09 && code !== 0x0d) return at
    at++
  }
}

/** Of the characters below 128: 1 begins a name, 2 goes on with one. */
const nameCharacters = new Uint8Array(128)
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz') nameCharacters[letter.charCodeAt(0)] = 3
for (const other of '-.0123456789') nameCharacters[other.charCodeAt(0)] = 2

/** A name with a prefix or without: https://www.w3.org/TR/xml-names/#NT-QName */
function afterName(text: string, from: number): number {
  const at = afterNcName(text, from)
  return text.charCodeAt(at) === colon ? afterNcName(text, at + 1) : at
}

function afterNcName(text: string, from: number): number {
  let at = from
  let code = text.charCodeAt(at)
  if (code < 128 && ((nameCharacters[code] as number) & 1) === 0) throw malformed('a name')
  for (; code < 128; code = text.charCodeAt(++at)) if (nameCharacters[code] === 0) return at
  return otherName(text, from)
}

const start =
  'A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}'
const ncName = new RegExp(`[${start}][${start}\\-.0-9\\u00b7\\u0300-\\u036f\\u203f-\\u2040]*`, 'uy')

function otherName(text: string, from: number): number {
  ncName.lastIndex = from
  if (!ncName.test(text)) throw malformed('a name')
  return ncName.lastIndex
}
