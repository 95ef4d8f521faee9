import { referencesAreKnown } from '../html-entities.ts'

/**
 * What is wrong with a narrative's div, or undefined: well formed, only the formatting elements and attributes that
 * FHIR lets through, nothing that runs, and something to read (txt-1, txt-2). https://hl7.org/fhir/R4/narrative.html#xhtml
 */
export function findXhtmlFault(source: string): string | undefined {
  const open: string[] = []
  let hasContent = false
  let at = 0
  while (at < source.length) {
    if (source.startsWith('<!--', at) && open.length > 0) {
      const end = source.indexOf('--', at + 4)
      if (end < 0 || source[end + 2] !== '>') return 'it is not well-formed XML'
      at = end + 3
      continue
    }
    token.lastIndex = at
    const found = token.exec(source)
    if (!found) return 'it is not well-formed XML'
    const [whole, text, entity, start, attributes = '', selfClosed, end] = found
    const first = at === 0
    at += whole.length
    if (start !== undefined) {
      if (first ? start !== 'div' : open.length === 0) return 'it is not one div'
      const fault = elementFault(start, attributes, first)
      if (fault) return fault
      if (start === 'img') hasContent = true
      if (selfClosed) {
        if (open.length === 0 && at < source.length) return 'it is not one div'
      } else open.push(start)
    } else if (end !== undefined) {
      if (open.pop() !== end) return 'it is not well-formed XML'
      if (open.length === 0 && at < source.length) return 'it is not one div'
    } else if (open.length === 0) return 'it is not one div'
    else if (entity !== undefined && !referencesAreKnown(entity)) return unknownReference
    else if (entity !== undefined || (text !== undefined && /\S/.test(text))) hasContent = true
  }
  if (open.length > 0 || at === 0) return 'it is not well-formed XML'
  return hasContent ? undefined : 'it has no text and no image (txt-2)'
}

const unknownReference = 'it holds a character reference that neither XML nor HTML 4 has (txt-1)'
const name = String.raw`[A-Za-z][A-Za-z0-9:-]*`
const attribute = String.raw`\s+${name}\s*=\s*(?:"[^"<]*"|'[^'<]*')`
const token = new RegExp(
  [
    String.raw`([^<&]+)`,
    String.raw`(&(?:[A-Za-z][A-Za-z0-9]*|#[0-9]+|#x[0-9A-Fa-f]+);)`,
    String.raw`<(${name})((?:${attribute})*)\s*(\/)?>`,
    String.raw`<\/(${name})\s*>`,
  ].join('|'),
  'y',
)

function elementFault(element: string, attributes: string, isRoot: boolean): string | undefined {
  if (!elements.has(element)) return `element ${named(element)} is not allowed in a narrative (txt-1)`
  const seen = new Set<string>()
  for (const [, attributeName = '', quoted = ''] of attributes.matchAll(attributeParts)) {
    if (seen.has(attributeName)) return 'it is not well-formed XML'
    seen.add(attributeName)
    const value = quoted.slice(1, -1)
    if (attributeName === 'xmlns' && value === xhtmlNamespace) continue
    if (!everywhere.has(attributeName) && !only[element]?.has(attributeName))
      return `attribute ${named(attributeName)} of ${named(element)} is not allowed in a narrative (txt-1)`
    if (mayRun(attributeName, value)) return `attribute ${attributeName} holds what could run (txt-1)`
    if (!referencesAreKnown(value)) return unknownReference
  }
  if (isRoot && !seen.has('xmlns')) return `the div is not in the namespace ${xhtmlNamespace}`
  return undefined
}

const xhtmlNamespace = 'http://www.w3.org/1999/xhtml'
const attributeParts = new RegExp(String.raw`(${name})\s*=\s*("[^"]*"|'[^']*')`, 'g')

/** Only names that could be HTML are repeated to the caller. */
const named = (word: string) => (word.length <= 20 ? word : 'with a long name')

/** A browser drops white space and controls from a scheme and resolves references first, so they are dropped here too. */
function mayRun(attributeName: string, value: string): boolean {
  if (attributeName === 'style') return /expression\s*\(|javascript:|behaviou?r\s*:|-moz-binding|@import/i.test(value)
  if (!['href', 'src', 'cite', 'longdesc', 'usemap'].includes(attributeName)) return false
  const plain = value
    .replaceAll(/&#x([0-9a-f]{1,6});/gi, (_, hex: string) => character(Number.parseInt(hex, 16)))
    .replaceAll(/&#([0-9]{1,7});/g, (_, decimal: string) => character(Number(decimal)))
    .replaceAll(/&(Tab|NewLine|colon);/g, (_, entity: string) => (entity === 'colon' ? ':' : ''))
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0020]/g, '')
    .toLowerCase()
  const scheme = /^([a-z][a-z0-9+.-]*):/.exec(plain)?.[1]
  if (scheme === 'data') return !(attributeName === 'src' && /^data:image\/(png|jpe?g|gif|bmp|webp)[;,]/.test(plain))
  return scheme === 'javascript' || scheme === 'vbscript'
}

const character = (code: number) => (code <= 0x10ffff ? String.fromCodePoint(code) : '')
const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const elements = words(
  'p br div h1 h2 h3 h4 h5 h6 a span b em i strong small big tt dfn q var abbr acronym cite blockquote hr address bdo ' +
    'kbd sub sup ul ol li dl dt dd pre table caption colgroup col thead tr tfoot tbody th td code samp img map area u s ' +
    'strike ins del',
)
const everywhere = words(
  'title style class id lang xml:lang dir accesskey tabindex span width align valign char charoff abbr axis headers ' +
    'scope rowspan colspan',
)
const only: Readonly<Record<string, ReadonlySet<string>>> = {
  a: words('href name charset type hreflang rel rev shape coords target'),
  img: words('src alt longdesc height width usemap ismap border'),
  map: words('name'),
  area: words('shape coords href nohref alt'),
  table: words('summary border frame rules cellspacing cellpadding bgcolor'),
  tr: words('bgcolor'),
  td: words('nowrap bgcolor'),
  th: words('nowrap bgcolor'),
  blockquote: words('cite'),
  q: words('cite'),
  ins: words('cite datetime'),
  del: words('cite datetime'),
  pre: words('xml:space'),
  ol: words('start type'),
}
