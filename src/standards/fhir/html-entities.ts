/** The character entities of HTML 4, and XML's own: https://www.w3.org/TR/html401/sgml/entities.html */
const names: ReadonlySet<string> = new Set(
  (
    'quot amp lt gt apos ' +
    'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro ' +
    'para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil ' +
    'Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave ' +
    'Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml ' +
    'igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute ' +
    'thorn yuml fnof Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho Sigma Tau ' +
    'Upsilon Phi Chi Psi Omega alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho ' +
    'sigmaf sigma tau upsilon phi chi psi omega thetasym upsih piv bull hellip prime Prime oline frasl weierp image real ' +
    'trade alefsym larr uarr rarr darr harr crarr lArr uArr rArr dArr hArr forall part exist empty nabla isin notin ni ' +
    'prod sum minus lowast radic prop infin ang and or cap cup int there4 sim cong asymp ne equiv le ge sub sup nsub sube ' +
    'supe oplus otimes perp sdot lceil rceil lfloor rfloor lang rang loz spades clubs hearts diams OElig oelig Scaron ' +
    'scaron Yuml circ tilde ensp emsp thinsp zwnj zwj lrm rlm ndash mdash lsquo rsquo sbquo ldquo rdquo bdquo dagger ' +
    'Dagger permil lsaquo rsaquo euro'
  ).split(' '),
)

/** Every & begins a reference that names a character: by name, or by a number that XML allows. */
export function referencesAreKnown(text: string): boolean {
  if (!text.includes('&')) return true
  for (const [, name, decimal, hex] of text.matchAll(/&(?:([A-Za-z][A-Za-z0-9]*);|#([0-9]+);|#x([0-9A-Fa-f]+);)?/g)) {
    if (name !== undefined) {
      if (!names.has(name)) return false
    } else if (!isXmlCharacter(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))) return false
  }
  return true
}

/** https://www.w3.org/TR/xml/#charsets; NaN where & stands alone. */
function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)
}
