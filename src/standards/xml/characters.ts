/**
 * Which characters XML 1.0 can hold: no control characters but tab, line feed and carriage return, no half of a surrogate pair.
 * https://www.w3.org/TR/xml/#charsets
 */

const illegal =
  // oxlint-disable-next-line no-control-regex
  /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
const everyIllegal = new RegExp(illegal.source, 'g')

export function isLegalXml(text: string): boolean {
  // Most texts are words and codes: for those a loop is quicker than a regular expression.
  if (text.length > 64) return !illegal.test(text)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || code >= 0xd800) return !illegal.test(text)
  }
  return true
}

/** The text with each illegal character replaced by a space, so that words on both sides stay apart. */
export function legalXml(text: string): string {
  return illegal.test(text) ? text.replace(everyIllegal, ' ') : text
}
