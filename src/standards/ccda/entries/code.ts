import { element, type XmlElement } from '../../xml/element.ts'
import { codeSystem, snomed } from '../codes/systems.ts'
import type { Coded, Coding } from '../record.ts'

export type CodeOptions = {
  readonly type?: 'CD' | 'CE'
  /** Narrative ID of the words. */
  readonly reference?: string
  /** The code system whose code goes first, where SNOMED CT's does not. */
  readonly prefer?: string
  /** A code that goes first of all, the record's own becoming translations: LOINC for a vital sign. */
  readonly first?: { readonly code: string; readonly system: string; readonly display: string }
}

/**
 * A coded value with the words the clinician chose as its originalText. SNOMED CT comes first, every other code is a
 * translation; without any usable code the words stand alone under a nullFlavor.
 */
export function coded(name: string, { codings, text }: Coded, options: CodeOptions = {}): XmlElement {
  const usable = codings.length === 1 ? (isUsable(codings[0]) ? codings : none) : codings.filter(isUsable)
  const main = options.first
    ? undefined
    : (usable.find((coding) => isOf(coding, options.prefer ?? snomed)) ??
      usable.find((coding) => isOf(coding, snomed)) ??
      usable[0])
  const children: XmlElement[] = []
  if (text !== '' || options.reference !== undefined) children.push(originalText(text, options.reference))
  for (const coding of usable) if (coding !== main) children.push(codeOf('translation', coding))
  if (usable.length < codings.length)
    for (const coding of codings)
      if ((coding.code ?? coding.display ?? text) !== text && !usable.includes(coding) && !isNullFlavor(coding))
        children.push(unwritable(coding))
  const type = options.type
  if (options.first)
    return {
      name,
      attributes: {
        'xsi:type': type,
        code: options.first.code,
        codeSystem: options.first.system,
        displayName: options.first.display,
      },
      children,
    }
  if (main === undefined)
    return {
      name,
      attributes: { 'xsi:type': type, nullFlavor: nullOf(codings) ?? (text === '' ? 'UNK' : 'OTH') },
      children,
    }
  const { oid, name: systemName } = codeSystem(main.system ?? '')
  return {
    name,
    attributes: {
      'xsi:type': type,
      code: main.code,
      codeSystem: oid,
      codeSystemName: systemName,
      displayName: main.display,
    },
    children,
  }
}
const none: Coding[] = []

function originalText(text: string, reference: string | undefined): XmlElement {
  if (reference === undefined) return { name: 'originalText', children: [text] }
  return { name: 'originalText', children: [text, { name: 'reference', attributes: { value: `#${reference}` } }] }
}

function codeOf(name: string, coding: Coding): XmlElement {
  const { oid, name: systemName } = codeSystem(coding.system ?? '')
  return {
    name,
    attributes: { code: coding.code, codeSystem: oid, codeSystemName: systemName, displayName: coding.display },
  }
}

/** A code that CDA has no way to write (white space in it, no system) in words, so that it is not lost. */
function unwritable({ system, code, display }: Coding): XmlElement {
  const words = [system === undefined ? '' : codeSystem(system).name, code, display].filter(Boolean).join(' ')
  return {
    name: 'translation',
    attributes: { nullFlavor: 'OTH' },
    children: [{ name: 'originalText', children: [words] }],
  }
}

/** CDA's code is one token; what holds white space, or has no system, is no code. */
function isUsable(coding: Coding | undefined): coding is Coding {
  return (
    coding?.code !== undefined &&
    coding.system !== undefined &&
    !isNullFlavor(coding) &&
    !/\s/.test(coding.code) &&
    coding.code !== ''
  )
}
function isOf(coding: Coding, oid: string): boolean {
  return codeSystem(coding.system ?? '').oid === oid
}

/** FHIR says "unknown" with a code of HL7's NullFlavor system, CDA with an attribute. */
function isNullFlavor({ system }: Coding): boolean {
  return system !== undefined && /nullflavor\s*$/i.test(system)
}
export function nullOf(codings: readonly Coding[]): string | undefined {
  const found = codings.find(isNullFlavor)?.code
  return found !== undefined && /^(?:NI|UNK|NA|ASKU|NASK|NAV|OTH|MSK)$/.test(found) ? found : undefined
}

/** A coded value where the template takes codes of another system only: it is "other", in words, and the record's codes are translations. */
export function codedElsewhere(name: string, value: Coded, reference?: string): XmlElement {
  const whole = coded(name, value, reference === undefined ? {} : { reference })
  if (whole.attributes?.code === undefined) return whole
  const children = whole.children ?? []
  const translations = [
    { name: 'translation', attributes: whole.attributes },
    ...children.filter((child) => typeof child !== 'string' && child.name === 'translation'),
  ]
  const [text] = children.filter((child) => typeof child !== 'string' && child.name === 'originalText')
  return { name, attributes: { nullFlavor: 'OTH' }, children: [...(text === undefined ? [] : [text]), ...translations] }
}

/** A fixed code of a template. */
export function fixed(name: string, code: string, system: string, displayName?: string): XmlElement {
  return element(name, { code, codeSystem: system, displayName })
}

export function unknownCode(name: string, text: string): XmlElement {
  return text === ''
    ? element(name, { nullFlavor: 'UNK' })
    : element(name, { nullFlavor: 'OTH' }, element('originalText', undefined, text))
}
