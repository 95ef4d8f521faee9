/** References between the entries of a transaction. https://hl7.org/fhir/R4/http.html#trules */
import { Problem } from '../../../kernel/problem.ts'
import type { Definitions } from '../../../standards/fhir/definitions/definitions.ts'
import { isRawNumber } from '../../../standards/fhir/json.ts'
import type { Resource } from '../../../standards/fhir/types.ts'

/** What `link` leads to: `Patient/1`, or undefined when it is to stay as it is. */
export type Resolve = (link: string, at: string) => string | undefined

/** Each conditional reference, `Patient?identifier=…`, and where it stands. */
export function conditionalReferences(resource: unknown, at: string, found: Map<string, string>): void {
  walk(resource, at, (_holder, key, text, path) => {
    if (key === 'reference' && isConditional(text) && !found.has(text)) found.set(text, path)
  })
}

export const isConditional = (reference: string): boolean => /^[A-Z][A-Za-z]+\?/.test(reference)

/**
 * Puts the ids that the server gave in the place of the bundle's own: in references, in elements of type uri, url and
 * canonical, and in the links of a narrative. An oid or uuid cannot hold an address, and an extension's url says what the
 * extension is: both stay. Changes the resource, and notes in `undo` what stood there. Throws for a reference to nothing.
 */
export function resolveReferences(
  resource: Resource,
  at: string,
  { definitions, resolve, undo }: { definitions: Definitions; resolve: Resolve; undo: Undo[] },
): void {
  walk(resource, at, (target, key, text, path) => {
    const put = (value: string) => {
      undo.push(() => {
        target[key] = text
      })
      target[key] = value
    }
    if (key === 'reference') {
      const found = resolve(text, path)
      if (found !== undefined) put(found)
      else if (isLocal(text))
        throw new Problem('invalid', 'The reference leads to no entry of the bundle', {
          at: path,
          code: { fhir: 'not-found' },
        })
    } else if (key === 'div' && text.includes('urn:')) {
      put(
        text.replaceAll(/(?<=(?:href|src)\s*=\s*["'])urn:(?:uuid|oid):[^"']+/g, (link) => resolve(link, path) ?? link),
      )
    } else if (isLocal(text)) {
      const found = resolve(text, path)
      if (found !== undefined && isLink(resource, path.slice(at.length), definitions)) put(found)
    }
  })
}

/** Whether the element at the path, `.extension[0].valueUri`, is one whose text is an address. */
function isLink(resource: Resource, path: string, definitions: Definitions): boolean {
  let value: unknown = resource
  let type: string | undefined = resource.resourceType
  for (const step of path.match(/[^.[\]]+/g) ?? []) {
    if (type === 'Extension' && step === 'url') return false
    const isIndex = Array.isArray(value)
    value = (value as Record<string, unknown>)[step]
    if (!isIndex)
      type = step.startsWith('_') ? 'Element' : definitions.type(type ?? '')?.properties.get(step)?.type.code
    // A contained resource says itself what it is.
    if (type === 'Resource') type = (value as Partial<Resource> | undefined)?.resourceType ?? type
  }
  return type === 'uri' || type === 'url' || type === 'canonical'
}

const isLocal = (text: string) => text.startsWith('urn:uuid:') || text.startsWith('urn:oid:')

export type Undo = () => void

type Visit = (holder: Record<string, unknown>, key: string, text: string, path: string) => void

/** Every text that may be a link, with the path to it; the depth was bounded when the body was read. */
function walk(value: unknown, path: string, visit: Visit): void {
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return
  if (Array.isArray(value)) {
    for (let n = 0; n < value.length; n++) {
      const item = value[n]
      if (typeof item === 'string') {
        if (mayBeLink(item)) visit(value as unknown as Record<string, unknown>, String(n), item, path)
      } else if (typeof item === 'object') walk(item, `${path}[${n}]`, visit)
    }
    return
  }
  const holder = value as Record<string, unknown>
  for (const key in holder) {
    const item = holder[key]
    if (typeof item === 'string') {
      if (key === 'reference' || key === 'div' || mayBeLink(item)) visit(holder, key, item, `${path}.${key}`)
    } else if (typeof item === 'object') walk(item, `${path}.${key}`, visit)
  }
}

const mayBeLink = (text: string) => text.startsWith('urn:')
