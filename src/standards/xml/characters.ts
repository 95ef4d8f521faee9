/**
 * Which characters XML 1.0 can hold: no control characters but tab, line feed and carriage return, no half of a surrogate pair.
 * https://www.w3.org/TR/xml/#charsets
 */

const illegal =
  // oxlint-disable-next-line no-control-regex
  /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
const everyIllegal = new RegExp(illegal.source, 'g')

export function isLegalXml(text: string): boolean {
  return !illegal.test(text)
}

/** The text with each illegal character replaced by a space, so that words on both sides stay apart. */
export function legalXml(text: string): string {
  return illegal.test(text) ? text.replace(everyIllegal, ' ') : text
}
