import type { ParsedElement } from './read.ts'

/** Elements and attributes by namespace and local name. */
export function elements(parent: ParsedElement): ParsedElement[] {
  return parent.children.filter((child): child is ParsedElement => typeof child !== 'string')
}

export function childrenNamed(parent: ParsedElement, namespace: string, local: string): ParsedElement[] {
  return elements(parent).filter((child) => child.local === local && child.namespace === namespace)
}

export function childNamed(parent: ParsedElement, namespace: string, local: string): ParsedElement | undefined {
  return elements(parent).find((child) => child.local === local && child.namespace === namespace)
}

/** The first element at the end of a path of local names, all in one namespace. */
export function descend(parent: ParsedElement, namespace: string, ...path: string[]): ParsedElement | undefined {
  let at: ParsedElement | undefined = parent
  for (const local of path) at = at && childNamed(at, namespace, local)
  return at
}

export function attribute(element: ParsedElement | undefined, local: string, namespace = ''): string | undefined {
  return element?.attributes.find((one) => one.local === local && one.namespace === namespace)?.value
}

/** All text below, in order. */
export function textOf(element: ParsedElement | undefined): string {
  if (!element) return ''
  return element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('')
}
