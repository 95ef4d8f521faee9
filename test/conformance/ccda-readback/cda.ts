/**
 * The data types of a CDA document, read back from its XML with a DOM and nothing of the writer's.
 * https://www.hl7.org/ccdasearch/ and the CDA R2 schema.
 */
import { DOMParser, type Element } from '@xmldom/xmldom'

export type Code = { readonly system: string; readonly code: string }
export type Coded = {
  /** The code itself first, then its translations. */
  readonly codes: readonly Code[]
  readonly display: string | undefined
  /** originalText, its reference into the narrative resolved. */
  readonly text: string | undefined
  readonly nullFlavor: string | undefined
}
export type Interval = { readonly low: string | undefined; readonly high: string | undefined }
export type Value =
  | { readonly kind: 'quantity'; readonly value: string; readonly unit: string | undefined }
  | {
      readonly kind: 'range'
      readonly low: string | undefined
      readonly high: string | undefined
      readonly unit: string | undefined
    }
  | { readonly kind: 'code'; readonly coded: Coded }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'none' }

export type Cda = { readonly root: Element; narrative(id: string): string | undefined }

export function parseCda(xml: string): Cda {
  const document = new DOMParser().parseFromString(xml, 'text/xml')
  const root = document.documentElement
  if (!root) throw new Error('The document has no root element')
  const byId = new Map<string, Element>()
  for (const element of descendants(root)) {
    const id = element.getAttribute('ID')
    if (id) byId.set(id, element)
  }
  return { root, narrative: (id) => (byId.has(id) ? textOf(byId.get(id) as Element) : undefined) }
}

const known = new WeakMap<Element, readonly Element[]>()

/** Child elements, with that name where one is given. */
export function children(element: Element | undefined, name?: string): readonly Element[] {
  if (!element) return []
  let all = known.get(element)
  if (!all) {
    const found: Element[] = []
    for (let node = element.firstChild; node; node = node.nextSibling)
      if (node.nodeType === 1) found.push(node as Element)
    all = found
    known.set(element, all)
  }
  return name ? all.filter((child) => child.localName === name) : all
}

/** Elements anywhere below, in document order. */
export function descendants(element: Element): Element[] {
  const found: Element[] = []
  const walk = (inner: Element) => {
    for (const child of children(inner)) {
      found.push(child)
      walk(child)
    }
  }
  walk(element)
  return found
}

/** The first element at that path of names below `element`. */
export function at(element: Element | undefined, ...path: readonly string[]): Element | undefined {
  let here = element
  for (const name of path) here = children(here, name)[0]
  return here
}

export const attribute = (element: Element | undefined, name: string): string | undefined =>
  element?.getAttribute(name) || undefined

/** Words with single spaces; a line break or a cell is a space too. */
export function textOf(element: Element): string {
  const parts: string[] = []
  const walk = (inner: Element) => {
    for (let node = inner.firstChild; node; node = node.nextSibling) {
      if (node.nodeType === 1) {
        parts.push(' ')
        walk(node as Element)
        parts.push(' ')
      } else if (node.nodeType === 3 || node.nodeType === 4) parts.push(node.nodeValue ?? '')
    }
  }
  walk(element)
  return squeeze(parts.join(''))
}

export const squeeze = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

export const hasTemplate = (element: Element, root: string) =>
  children(element, 'templateId').some((each) => each.getAttribute('root') === root)

export function coded(cda: Cda, element: Element | undefined): Coded {
  const own = element ? [element, ...children(element, 'translation')] : []
  const codes = own.flatMap((each) => {
    const code = attribute(each, 'code')
    return code ? [{ system: attribute(each, 'codeSystem') ?? '', code }] : []
  })
  return {
    codes,
    display: attribute(element, 'displayName'),
    text: referredText(cda, at(element, 'originalText')),
    nullFlavor: attribute(element, 'nullFlavor'),
  }
}

/** The text of an ED: its own words, or those its reference leads to. */
export function referredText(cda: Cda, element: Element | undefined): string | undefined {
  if (!element) return undefined
  const reference = attribute(at(element, 'reference'), 'value')
  const referred = reference?.startsWith('#') ? cda.narrative(reference.slice(1)) : undefined
  const own = textOf(element)
  if (!referred || referred === own) return own || referred
  return own ? `${own} ${referred}` : referred
}

/** A TS is its own low; an IVL_TS has both. */
export function interval(element: Element | undefined): Interval {
  const value = attribute(element, 'value')
  return { low: value ?? attribute(at(element, 'low'), 'value'), high: attribute(at(element, 'high'), 'value') }
}

export function valueOf(cda: Cda, element: Element | undefined): Value {
  if (!element) return { kind: 'none' }
  const type = (element.getAttribute('xsi:type') ?? '').replace(/^.*:/, '')
  const low = at(element, 'low')
  const high = at(element, 'high')
  if (low || high) {
    return {
      kind: 'range',
      low: attribute(low, 'value'),
      high: attribute(high, 'value'),
      unit: attribute(low, 'unit') ?? attribute(high, 'unit'),
    }
  }
  if (type === 'CD' || type === 'CE' || type === 'CO') return { kind: 'code', coded: coded(cda, element) }
  const value = attribute(element, 'value')
  if (value !== undefined) return { kind: 'quantity', value, unit: attribute(element, 'unit') }
  // A unit that UCUM does not have: the number stands in a translation, with the unit in words.
  const translation = type === 'PQ' ? at(element, 'translation') : undefined
  const translated = attribute(translation, 'value')
  if (translated !== undefined) {
    return { kind: 'quantity', value: translated, unit: referredText(cda, at(translation, 'originalText')) }
  }
  const text = referredText(cda, element)
  return text ? { kind: 'text', text } : { kind: 'none' }
}
