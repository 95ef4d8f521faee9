import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { shape, xml } from '../../xml/template.ts'
import { type CodeSystem, codeSystem, snomed } from '../codes/systems.ts'
import type { Coded, Coding } from '../record.ts'

export type CodeOptions = {
  readonly type?: 'CD' | 'CE'
  /** Narrative ID of the words. */
  readonly reference?: string
  /** The code system whose code goes first, where SNOMED CT's does not. */
  readonly prefer?: string
  /** A code that goes first of all, the record's own becoming translations: LOINC for a vital sign. */
  readonly first?: { readonly code: string; readonly system: string; readonly display: string }
  /** A translation to stand after the record's own. */
  readonly more?: XmlNode | undefined
}

/**
 * A coded value with the words the clinician chose as its originalText. SNOMED CT comes first, every other code is a
 * translation; without any usable code the words stand alone under a nullFlavor.
 */
export function coded(name: string, value: Coded, options: CodeOptions = {}): XmlTemplate {
  const { codings, text } = value
  const { type, reference, first, more } = options
  const usable = usableOf(codings)
  const main = first ? undefined : mainOf(usable, options.prefer)
  const children: XmlNode[] = text !== '' || reference !== undefined ? [originalText(text, reference)] : []
  if (codings.length > 1 || main === undefined) addTranslations(children, value, usable, main)
  if (more !== undefined) children.push(more)
  const make = codeShape(name)
  if (first) return make(type, first.code, first.system, undefined, first.display, undefined, children)
  if (main === undefined)
    return make(type, undefined, undefined, undefined, undefined, nullOf(codings) ?? other(text), children)
  const system = codeSystem(main.system ?? '')
  return type === undefined && system.known
    ? codeShapeOf(name, system)(main.code, main.display, children)
    : make(type, main.code, system.oid, system.name, main.display, undefined, children)
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

/** The same for a code of a system that everybody knows, which is most of them: the system is part of the shape. */
function codeShapeOf(name: string, system: CodeSystem): ReturnType<typeof shape> {
  let ofSystem = codeShapesOf.get(system)
  if (!ofSystem) codeShapesOf.set(system, (ofSystem = new Map()))
  let made = ofSystem.get(name)
  if (!made) {
    const { oid, name: systemName } = system
    const middle = `" codeSystem="${oid}" codeSystemName="${systemName}" displayName="`
    ofSystem.set(name, (made = shape(`<${name} code="`, middle, '">', `</${name}>`)))
  }
  return made
}
const codeShapesOf = new Map<CodeSystem, Map<string, ReturnType<typeof shape>>>()

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
  if (found.known) return codeShapeOf('translation', found)(code, display, undefined)
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
  return system !== undefined && system !== 'http://snomed.info/sct' && /nullflavor\s*$/i.test(system)
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
  const words = text === '' && reference === undefined ? [] : [originalText(text, reference)]
  const flavor = nullFlavor ?? (mainOf(usableOf(codings)) ? 'OTH' : (nullOf(codings) ?? other(text)))
  const none = undefined
  return codeShape(name)(none, none, none, none, none, flavor, [...words, ...translations])
}

/** The codes of a record where another code stands first. */
export function asTranslations(value: Coded): XmlNode[] {
  const usable = usableOf(value.codings)
  const main = mainOf(usable)
  const translations: XmlNode[] = main === undefined ? [] : [translation(main)]
  addTranslations(translations, value, usable, main)
  return translations
}
