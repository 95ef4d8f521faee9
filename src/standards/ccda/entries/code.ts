import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { shape, xml } from '../../xml/template.ts'
import { type CodeSystem, codeSystem, snomed } from '../codes/systems.ts'
import type { Coded, Coding, Item } from '../record.ts'

/**
 * A coded value with the words the clinician chose as its originalText; `reference` is the narrative ID of those words.
 * SNOMED CT comes first, every other code is a translation; without any usable code the words stand alone under a
 * nullFlavor.
 */
export function coded(name: string, value: Coded, reference?: string): XmlTemplate {
  return codedWith(untyped, name, value, reference)
}

/** The same as a `value`, whose type has to be told. */
export function codedValue(value: Coded, reference?: string): XmlTemplate {
  return codedWith(asConcept, 'value', value, reference)
}

/** What was entered in error has no code for software to take for true; its row has the words. */
export function codeUnlessMistaken(value: Coded, mistaken: Item['mistaken'], reference: string): XmlTemplate {
  return mistaken === 'Entered in error' ? noCode : coded('code', value, reference)
}
const noCode = xml`<code nullFlavor="NI"/>`
export function valueUnlessMistaken(value: Coded, mistaken: Item['mistaken'], reference: string): XmlTemplate {
  return mistaken === 'Entered in error' ? noValue : codedValue(value, reference)
}
const noValue = xml`<value xsi:type="CD" nullFlavor="NI"/>`

/** With the code of another system than SNOMED CT first. */
export function codedPreferring(system: string, name: string, value: Coded, reference?: string): XmlTemplate {
  return codedWith(untyped, name, value, reference, undefined, system)
}

/** With a translation after the record's own. */
export function codedWithMore(more: XmlNode | undefined, name: string, value: Coded, reference?: string): XmlTemplate {
  return codedWith(untyped, name, value, reference, more)
}

/** A LOINC code first of all, the record's own becoming translations: for a vital sign. */
export function codedAsLoinc(
  { code, display }: { readonly code: string; readonly display: string },
  value: Coded,
  reference?: string,
): XmlTemplate {
  const translations: XmlNode[] = []
  addTranslations(translations, value, usableOf(value.codings), undefined)
  return reference === undefined
    ? xml`<code code="${code}" codeSystem="2.16.840.1.113883.6.1" displayName="${display}">${[
        ...wordsOf(value.text, reference),
        ...translations,
      ]}</code>`
    : xml`<code code="${code}" codeSystem="2.16.840.1.113883.6.1" displayName="${display}">
        <originalText>${value.text}<reference value="#${reference}"/></originalText>
        ${translations}
      </code>`
}

function codedWith(
  shapes: CodeShapes,
  name: string,
  value: Coded,
  reference: string | undefined,
  more?: XmlNode,
  prefer?: string,
): XmlTemplate {
  const { codings, text } = value
  const usable = usableOf(codings)
  const main = mainOf(usable, prefer)
  let rest: XmlNode[] | undefined
  if (codings.length > 1 || main === undefined) addTranslations((rest = []), value, usable, main)
  if (more !== undefined) (rest ??= []).push(more)
  if (main !== undefined) {
    const system = codeSystem(main.system ?? '')
    if (system.known) {
      // Most codes have a system that everybody knows: all but the code and its words is part of the shape.
      const made = shapesOf(system, shapes, name)
      const { code, display } = main
      if (reference !== undefined)
        return rest === undefined
          ? made.marked(code, display, text, reference)
          : made.markedAndMore(code, display, text, reference, rest)
      if (text === '') return rest === undefined ? made.bare(code, display) : made.bareAndMore(code, display, rest)
      return rest === undefined ? made.worded(code, display, text) : made.wordedAndMore(code, display, text, rest)
    }
    return codeShape(name)(shapes.type, main.code, system.oid, system.name, main.display, undefined, [
      ...wordsOf(text, reference),
      ...(rest ?? []),
    ])
  }
  const none = undefined
  const flavor = nullOf(codings) ?? other(text)
  if (reference !== undefined) return codelessShape(shapes, name)(flavor, text, reference, rest)
  return codeShape(name)(shapes.type, none, none, none, none, flavor, [...wordsOf(text, reference), ...(rest ?? [])])
}

function wordsOf(text: string, reference: string | undefined): XmlTemplate[] {
  return text === '' && reference === undefined ? [] : [originalText(text, reference)]
}

function other(text: string): string {
  return text === '' ? 'UNK' : 'OTH'
}

function codeShape(name: string): ReturnType<typeof shape> {
  const known = codeShapes.get(name)
  if (known) return known
  const made = shape(
    `<${name} xsi:type="`,
    '" code="',
    '" codeSystem="',
    '" codeSystemName="',
    '" displayName="',
    '" nullFlavor="',
    '">',
    `</${name}>`,
  )
  codeShapes.set(name, made)
  return made
}
const codeShapes = new Map<string, ReturnType<typeof shape>>()

/** Words, and where they are in the narrative, without a code. */
function codelessShape({ type, ofNone }: CodeShapes, name: string): ReturnType<typeof shape> {
  const known = ofNone.get(name)
  if (known) return known
  const made = shape(
    `<${name}${typed(type)} nullFlavor="`,
    '"><originalText>',
    '<reference value="#',
    '"/></originalText>',
    `</${name}>`,
  )
  ofNone.set(name, made)
  return made
}

function typed(type: CodeShapes['type']): string {
  return type === undefined ? '' : ` xsi:type="${type}"`
}

/** Shapes of a code of one system: without words, with words, and with words and where they are in the narrative. */
type SystemShapes = Readonly<
  Record<'bare' | 'bareAndMore' | 'worded' | 'wordedAndMore' | 'marked' | 'markedAndMore', ReturnType<typeof shape>>
>
/** By the name of the element; those of SNOMED CT, which nearly every code is of, apart from all others. */
type CodeShapes = {
  readonly type: 'CD' | undefined
  readonly ofNone: Map<string, ReturnType<typeof shape>>
  readonly ofSnomed: Map<string, SystemShapes>
  readonly ofOthers: Map<CodeSystem, Map<string, SystemShapes>>
}
const untyped: CodeShapes = { type: undefined, ofNone: new Map(), ofSnomed: new Map(), ofOthers: new Map() }
const asConcept: CodeShapes = { type: 'CD', ofNone: new Map(), ofSnomed: new Map(), ofOthers: new Map() }

function shapesOf(system: CodeSystem, { type, ofSnomed, ofOthers }: CodeShapes, name: string): SystemShapes {
  let ofSystem = system.oid === snomed ? ofSnomed : ofOthers.get(system)
  if (!ofSystem) ofOthers.set(system, (ofSystem = new Map()))
  let made = ofSystem.get(name)
  if (!made) {
    const { oid, name: systemName } = system
    const start = `<${name}${typed(type)} code="`
    const middle = `" codeSystem="${oid}" codeSystemName="${systemName}" displayName="`
    const end = `</${name}>`
    made = {
      bare: shape(start, middle, '"/>'),
      bareAndMore: shape(start, middle, '">', end),
      worded: shape(start, middle, '"><originalText>', `</originalText>${end}`),
      wordedAndMore: shape(start, middle, '"><originalText>', '</originalText>', end),
      marked: shape(start, middle, '"><originalText>', '<reference value="#', `"/></originalText>${end}`),
      markedAndMore: shape(start, middle, '"><originalText>', '<reference value="#', '"/></originalText>', end),
    }
    ofSystem.set(name, made)
  }
  return made
}

function usableOf(codings: readonly Coding[]): readonly Coding[] {
  for (const coding of codings) if (!isUsable(coding)) return codings.filter(isUsable)
  return codings
}

function mainOf(usable: readonly Coding[], prefer = snomed): Coding | undefined {
  const first = usable[0]
  if (first === undefined || isOf(first, prefer)) return first
  return usable.find((coding) => isOf(coding, prefer)) ?? usable.find((coding) => isOf(coding, snomed)) ?? usable[0]
}

/** Every code but the main one; and what CDA has no way to write as a code in words, so that it is not lost. */
function addTranslations(
  to: XmlNode[],
  { codings, text }: Coded,
  usable: readonly Coding[],
  main: Coding | undefined,
): void {
  for (const coding of usable) if (coding !== main) to.push(translation(coding))
  if (usable.length < codings.length)
    for (const coding of codings)
      if ((coding.code ?? coding.display ?? text) !== text && !usable.includes(coding) && !isNullFlavor(coding))
        to.push(unwritable(coding))
}

function originalText(text: string, reference: string | undefined): XmlTemplate {
  return reference === undefined
    ? xml`<originalText>${text}</originalText>`
    : xml`<originalText>${text}<reference value="#${reference}"/></originalText>`
}

function translation({ system, code, display }: Coding): XmlTemplate {
  const found = codeSystem(system ?? '')
  if (found.known) return shapesOf(found, untyped, 'translation').bare(code, display)
  const { oid, name } = found
  return xml`<translation code="${code}" codeSystem="${oid}" codeSystemName="${name}" displayName="${display}"/>`
}

/** White space in it, or no system. */
function unwritable({ system, code, display }: Coding): XmlTemplate {
  const words = [system === undefined ? '' : codeSystem(system).name, code, display].filter(Boolean).join(' ')
  return xml`<translation nullFlavor="OTH"><originalText>${words}</originalText></translation>`
}

/** CDA's code is one token; what holds white space, or has no system, is no code. */
function isUsable(coding: Coding): boolean {
  return (
    coding.code !== undefined &&
    coding.system !== undefined &&
    !isNullFlavor(coding) &&
    coding.code !== '' &&
    isToken(coding.code)
  )
}

/** No white space in it. Most codes are a few digits, for which a loop is quicker than a regular expression. */
function isToken(code: string): boolean {
  if (code.length > 32) return !/\s/.test(code)
  for (let at = 0; at < code.length; at++) {
    const character = code.charCodeAt(at)
    if (character <= 0x20 || character >= 0x80) return !/\s/.test(code)
  }
  return true
}
function isOf(coding: Coding, oid: string): boolean {
  return codeSystem(coding.system ?? '').oid === oid
}

/** FHIR says "unknown" with a code of HL7's NullFlavor system, CDA with an attribute. */
function isNullFlavor({ system }: Coding): boolean {
  return system !== undefined && codeSystem(system).isNullFlavor === true
}
export function nullOf(codings: readonly Coding[]): string | undefined {
  const found = codings.find(isNullFlavor)?.code
  return found !== undefined && /^(?:NI|UNK|NA|ASKU|NASK|NAV|OTH|MSK)$/.test(found) ? found : undefined
}

/**
 * A coded value where the template takes codes of another system only: it is "other", or what `nullFlavor` says of it, in
 * words, and the record's codes are translations.
 */
export function codedElsewhere(name: string, value: Coded, reference?: string, nullFlavor?: string): XmlTemplate {
  const { codings, text } = value
  const translations = asTranslations(value)
  const flavor = nullFlavor ?? (mainOf(usableOf(codings)) ? 'OTH' : (nullOf(codings) ?? other(text)))
  const none = undefined
  return codeShape(name)(none, none, none, none, none, flavor, [...wordsOf(text, reference), ...translations])
}

/** The codes of a record where another code stands first. */
export function asTranslations(value: Coded): XmlNode[] {
  const usable = usableOf(value.codings)
  const main = mainOf(usable)
  const translations: XmlNode[] = main === undefined ? [] : [translation(main)]
  addTranslations(translations, value, usable, main)
  return translations
}
