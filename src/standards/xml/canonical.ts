import { Problem } from '../../kernel/problem.ts'
import { type ScannedAttribute, scanXml } from './scan.ts'

export type CanonicalOptions = {
  /** The InclusiveNamespaces PrefixList: prefixes that are told wherever they are in scope. `#default` is the default namespace. */
  readonly inclusive?: readonly string[]
  /** Children of the root that are left out with all that is in them. */
  readonly without?: { readonly namespace: string; readonly local: string }
  /** Each element may have to declare a namespace again that the document declares once: what is made may be many times as long. */
  readonly maxLength?: number
}

/**
 * The root element of a document in Exclusive XML Canonicalization 1.0, without comments.
 * https://www.w3.org/TR/xml-exc-c14n/ https://www.w3.org/TR/xml-c14n
 */
export function canonicalXml(
  document: string,
  { inclusive = [], without, maxLength = 10_000_000 }: CanonicalOptions = {},
): string {
  const always = inclusive.map((prefix) => (prefix === '#default' ? '' : prefix))
  const names: string[] = []
  // What the output declares where we are: as in the input, going back up restores what was before.
  const told = new Map<string, string | undefined>([['', '']])
  const before: (readonly [string, string | undefined][])[] = []
  let depth = 0
  /** The depth of the element that is being left out. */
  let skipped = 0
  let out = ''
  scanXml(document, {
    open({ name, prefix, local, namespace, attributes, declared }, scope) {
      depth++
      if (skipped > 0) return
      if (depth === 2 && without && local === without.local && namespace === without.namespace) {
        skipped = depth
        return
      }
      // Those in scope were told where they were declared, or by the root.
      const listed = declared || names.length === 0 ? always.filter((one) => scope.get(one) !== undefined) : []
      const used = new Set([prefix, ...listed])
      for (const one of attributes) if (one.prefix !== '') used.add(one.prefix)
      used.delete('xml')
      const restore: [string, string | undefined][] = []
      out += `<${name}`
      for (const one of [...used].sort()) {
        const bound = scope.get(one) ?? ''
        const now = told.get(one)
        if (now === bound) continue
        restore.push([one, now])
        told.set(one, bound)
        out += ` xmlns${one && `:${one}`}="${inAttribute(bound)}"`
      }
      for (const one of attributes.length > 1 ? attributes.toSorted(byName) : attributes)
        out += ` ${one.prefix && `${one.prefix}:`}${one.local}="${inAttribute(one.value)}"`
      out += '>'
      if (out.length > maxLength)
        throw new Problem('invalid', `XML of more than ${maxLength} characters, canonicalised`)
      names.push(name)
      before.push(restore)
    },
    close() {
      if (skipped === 0) {
        out += `</${names.pop()}>`
        for (const [prefix, namespace] of before.pop() ?? []) told.set(prefix, namespace)
      } else if (skipped === depth) skipped = 0
      depth--
    },
    text(content) {
      if (skipped === 0) out += /[&<>\r]/.test(content) ? content.replaceAll(/[&<>\r]/g, escaped) : content
    },
    instruction(target, data) {
      if (skipped === 0) out += `<?${target}${data && ` ${data}`}?>`
    },
  })
  return out
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
}
const escaped = (character: string) => escapes[character] as string

const inAttribute = (value: string) => (/[&<"\t\n\r]/.test(value) ? value.replaceAll(/[&<"\t\n\r]/g, escaped) : value)

/** By namespace, those without one first, then by local name. */
function byName(one: ScannedAttribute, other: ScannedAttribute): number {
  return compare(one.namespace, other.namespace) || compare(one.local, other.local)
}
const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)
