import { referencesAreKnown } from '../html-entities.ts'

/**
 * txt-1: a narrative is a limited XHTML: well-formed, one `div`, no scripts, forms, frames or event handlers.
 * https://hl7.org/fhir/R4/narrative.html#xhtml
 */
export function isWellFormedNarrative(xhtml: string): boolean {
  const text = xhtml.trim()
  const open: string[] = []
  let at = 0
  let seen = 0
  while (at < text.length) {
    const next = text.indexOf('<', at)
    const between = text.slice(at, next < 0 ? text.length : next)
    if (open.length === 0 && between !== '') return false
    if (!referencesAreKnown(between)) return false
    if (next < 0) break
    if (text.startsWith('<!--', next)) {
      const end = text.indexOf('-->', next + 4)
      if (end < 0) return false
      at = end + 3
      continue
    }
    tag.lastIndex = next
    const match = tag.exec(text)
    if (!match) return false
    const [whole, closing, name = '', attributes = '', selfClosing] = match
    if (closing) {
      if (open.pop() !== name) return false
    } else {
      if (open.length === 0 && (seen > 0 || name !== 'div')) return false
      if (!allowedElements.has(name) || !attributesAreAllowed(attributes)) return false
      seen++
      if (!selfClosing) open.push(name)
    }
    at = next + whole.length
  }
  return open.length === 0 && seen > 0
}

const tag = /<(\/)?([A-Za-z][\w:]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/)?>/y

const allowedElements: ReadonlySet<string> = new Set(
  (
    'a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img ' +
    'li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var kbd address bdo del ins'
  ).split(' '),
)

const allowedAttributes: ReadonlySet<string> = new Set(
  (
    'abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset ' +
    'cite class colspan compact coords dir frame headers height href hreflang hspace id lang longdesc name nowrap ' +
    'rel rev rowspan rules scope shape span src start style summary tabindex title type valign value vspace width ' +
    'xml:lang xml:space xmlns datetime'
  ).split(' '),
)

function attributesAreAllowed(attributes: string): boolean {
  for (const [, name = '', quoted = ''] of attributes.matchAll(/([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')/g)) {
    if (!allowedAttributes.has(name) && !name.startsWith('xmlns:')) return false
    const value = quoted.slice(1, -1)
    if (!referencesAreKnown(value)) return false
    if (/^\s*(javascript|vbscript):/i.test(value)) return false
  }
  return true
}
