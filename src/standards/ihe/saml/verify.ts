import { Buffer } from 'node:buffer'
import { constants, createHash, createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto'
import { canonicalXml } from '../../xml/canonical.ts'
import { type ParsedElement, readXml, type SourcedXml } from '../../xml/read.ts'
import { attribute, childrenNamed, elements, textOf } from '../../xml/select.ts'
import { decodeBase64 } from '../mtom/read.ts'
import { SoapFault } from '../soap/fault.ts'
import { saml2, soap12, wsse } from '../soap/namespaces.ts'
import { type Assertion, bearer, readAssertion } from './assertion.ts'

/** Whom we believe. Certificates are PEM; an authority's word is taken for a certificate that comes with the assertion. */
export type TrustedIssuer = {
  readonly issuer: string
  readonly certificates: readonly string[]
  readonly authorities: readonly string[]
  /** To whom an authority must have given a certificate: DNS names or common names. None: whoever has one of it. */
  readonly certificateNames?: readonly string[]
}
export type Expectations = {
  readonly issuers: readonly TrustedIssuer[]
  /** One of these must be among the audiences. */
  readonly audiences: readonly string[]
  readonly clockSkewSeconds: number
}

export const dsig = 'http://www.w3.org/2000/09/xmldsig#'
export const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'
export const enveloped = `${dsig}enveloped-signature`

type Verify = (bytes: Buffer, key: KeyObject, signature: Buffer) => boolean
const pkcs1 =
  (hash: string): Verify =>
  (bytes, key, signature) =>
    verify(hash, bytes, { key, padding: constants.RSA_PKCS1_PADDING }, signature)
const signatures = new Map<string, Verify>([
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', pkcs1('sha256')],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', pkcs1('sha512')],
  [
    // The salt is as long as the digest: https://www.rfc-editor.org/rfc/rfc9231#section-2.3.10
    'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
    (bytes, key, signature) =>
      verify('sha256', bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, signature),
  ],
])
const digests = new Map([
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
])

const refused = (
  message: string,
  subcode:
    | 'wsse:InvalidSecurity'
    | 'wsse:InvalidSecurityToken'
    | 'wsse:FailedCheck'
    | 'wsse:FailedAuthentication'
    | 'wsse:UnsupportedSecurityToken',
  cause?: unknown,
) => new SoapFault('unauthenticated', message, { subcode, cause })

/**
 * The assertion of a SOAP message, believed: signed by an issuer we trust, for us, for now. What is returned was read
 * from the bytes the signature covers and from nothing else, so that moving elements about gains nobody anything: of the
 * message itself only is taken which bytes to look at.
 * https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf section 5, ITI TF-2 3.40,
 * https://www.w3.org/TR/xmldsig-core1/#sec-CoreValidation
 */
export function verifyAssertion(message: SourcedXml, expectations: Expectations, now: Date): Assertion {
  const { element, signature } = findAssertion(message.root)
  const id = attribute(element, 'ID') ?? ''
  if (!/^[A-Za-z_][\w.-]*$/.test(id)) throw refused('The assertion has no usable ID', 'wsse:InvalidSecurityToken')
  const issuerName = text(only(element, saml2, 'Issuer'))
  const trusted = expectations.issuers.find(({ issuer }) => issuer === issuerName)
  if (!trusted) throw refused('The assertion is of an issuer that is not trusted here', 'wsse:FailedAuthentication')
  if (namesakes(message.root, id) !== 1) throw notHeld()
  const signed = readSignedInfo(message, signature, id)
  const value = decodeBase64(textOf(only(signature, dsig, 'SignatureValue')))
  if (!value || !candidates(trusted, signature, now).some((key) => holds(signed, key, value))) throw notHeld()
  const covered = canonicalXml(message.sourceOf(element), {
    inclusive: signed.inclusive,
    without: { namespace: dsig, local: 'Signature' },
  })
  if (!createHash(signed.hash).update(covered).digest().equals(signed.digest)) throw notHeld()
  const root = readXml(covered)
  refuseTwins(root)
  const assertion = readAssertion(root)
  if (
    root.local !== 'Assertion' ||
    root.namespace !== saml2 ||
    assertion.id !== id ||
    assertion.issuer !== trusted.issuer
  )
    throw refused('The signature covers something else', 'wsse:FailedCheck')
  checkConditions(assertion, expectations, now)
  return assertion
}

/** An assertion says one of each; which one would count of two is not guessed, though the issuer signed both. */
function refuseTwins(assertion: ParsedElement): void {
  only(assertion, saml2, 'Issuer')
  only(assertion, saml2, 'Conditions')
  const subject = only(assertion, saml2, 'Subject')
  if (subject) only(subject, saml2, 'NameID')
}

/** The one assertion that a message shows, if it shows one as it should. */
export function assertionShown(root: ParsedElement): ParsedElement | undefined {
  try {
    return findAssertion(root).element
  } catch {
    return undefined
  }
}

/** The one assertion in the one Security header in the one Header of the Envelope. */
function findAssertion(root: ParsedElement): { element: ParsedElement; signature: ParsedElement } {
  const header = only(root, soap12, 'Header')
  const security = header && only(header, wsse, 'Security')
  if (!security) throw refused('A wsse:Security header is required', 'wsse:InvalidSecurity')
  const element = only(security, saml2, 'Assertion')
  if (!element) throw refused('A SAML 2.0 assertion is required', 'wsse:InvalidSecurity')
  const signature = only(element, dsig, 'Signature')
  if (!signature) throw refused('The assertion is not signed', 'wsse:InvalidSecurityToken')
  return { element, signature }
}

/** How often the ID is given in a message, under any name an ID may have, in whatever namespace. */
function namesakes(element: ParsedElement, id: string): number {
  let found = 0
  for (const { local, value } of element.attributes) if (value === id && /^id$/i.test(local)) found++
  for (const child of element.children) if (typeof child !== 'string') found += namesakes(child, id)
  return found
}

type SignedInfo = {
  /** What is signed, in the form it was signed in. */
  readonly bytes: Buffer
  readonly verify: Verify
  readonly hash: string
  readonly digest: Buffer
  /** Of the assertion's canonical form. */
  readonly inclusive: readonly string[]
}

/**
 * What the signature says it covers, read from the bytes that are signed themselves: one reference, to the assertion the
 * signature sits in, with no transform that could show something else than is there.
 */
function readSignedInfo(message: SourcedXml, signature: ParsedElement, id: string): SignedInfo {
  if (childrenNamed(signature, dsig, 'Object').length)
    throw refused('The signature brings an object along', 'wsse:FailedCheck')
  const shown = only(signature, dsig, 'SignedInfo')
  if (!shown) throw refused('The signature has not one reference', 'wsse:FailedCheck')
  const inclusive = inclusivePrefixes(only(shown, dsig, 'CanonicalizationMethod'))
  if (!inclusive) throw refused('The signature is not canonicalised exclusively', 'wsse:FailedCheck')
  const source = message.sourceOf(shown)
  if (source.length > maxSignedInfo) throw refused('The signature says more than one has to say', 'wsse:FailedCheck')
  const canonical = canonicalXml(source, { inclusive })
  const info = readXml(canonical)
  const reference = only(info, dsig, 'Reference')
  const transforms = reference && only(reference, dsig, 'Transforms')
  if (!reference) throw refused('The signature has not one reference', 'wsse:FailedCheck')
  if (attribute(reference, 'URI') !== `#${id}`) throw refused('The signature is of another element', 'wsse:FailedCheck')
  const [first, second, ...others] = transforms ? elements(transforms) : []
  const prefixes = inclusivePrefixes(second)
  if (
    // It has no parameters: what somebody writes into it says nothing.
    first?.namespace !== dsig ||
    first.local !== 'Transform' ||
    algorithm(first) !== enveloped ||
    second?.local !== 'Transform' ||
    !prefixes ||
    others.length > 0
  )
    throw refused('The signature uses other transforms than are allowed', 'wsse:FailedCheck')
  const method = only(info, dsig, 'SignatureMethod')
  const verify = isBare(method) && signatures.get(algorithm(method))
  if (!verify) throw refused('The signature algorithm is not allowed', 'wsse:FailedCheck')
  const digestMethod = only(reference, dsig, 'DigestMethod')
  const hash = isBare(digestMethod) && digests.get(algorithm(digestMethod))
  if (!hash) throw refused('The digest algorithm is not allowed', 'wsse:FailedCheck')
  const digest = decodeBase64(textOf(only(reference, dsig, 'DigestValue')))
  if (!digest) throw notHeld()
  return { bytes: Buffer.from(canonical), verify, hash, digest, inclusive: prefixes }
}

const algorithm = (element: ParsedElement | undefined) => attribute(element, 'Algorithm') ?? ''

/** Of a stranger, too, it has to be canonicalised; nobody's is a tenth as long. With the namespaces of the whole envelope. */
const maxSignedInfo = 50_000

/** With nothing in it that could change what its algorithm does. */
const isBare = (element: ParsedElement | undefined): element is ParsedElement =>
  element !== undefined && element.namespace === dsig && elements(element).length === 0

/** Nobody has so many, and each is looked for in every element. */
const maxPrefixes = 50

/** The PrefixList of what says that it canonicalises exclusively; undefined where it says something else or more. */
function inclusivePrefixes(element: ParsedElement | undefined): string[] | undefined {
  if (element?.namespace !== dsig || algorithm(element) !== exclusive) return undefined
  const [list, ...others] = elements(element)
  if (!list) return []
  if (list.local !== 'InclusiveNamespaces' || list.namespace !== exclusive || others.length > 0) return undefined
  const prefixes = (attribute(list, 'PrefixList') ?? '').split(/[ \t\r\n]+/).filter((prefix) => prefix !== '')
  return prefixes.length <= maxPrefixes ? prefixes : undefined
}

function holds({ bytes, verify }: SignedInfo, key: KeyObject, value: Buffer): boolean {
  try {
    // A key of another kind would be used by its own rules, and a shorter one can be worked out: NIST SP 800-131A.
    const bits = key.asymmetricKeyType === 'rsa' ? (key.asymmetricKeyDetails?.modulusLength ?? 0) : 0
    return bits >= 2048 && verify(bytes, key, value)
  } catch {
    return false
  }
}

/** Keys that may have signed: the issuer's own, and the one sent along where one of its authorities issued it. */
function candidates(trusted: TrustedIssuer, signature: ParsedElement, now: Date): KeyObject[] {
  const { own, authorities } = keysOf(trusted)
  const keyInfo = authorities.length > 0 ? only(signature, dsig, 'KeyInfo') : undefined
  const data = keyInfo && only(keyInfo, dsig, 'X509Data')
  const sent = data ? childrenNamed(data, dsig, 'X509Certificate').slice(0, 1).map(text) : []
  const vouched = sent.flatMap((base64) => {
    const certificate = certificateOf(base64)
    if (!certificate || !isNamed(certificate, trusted.certificateNames ?? [])) return []
    const issued = authorities.some(
      (authority) =>
        authority.ca &&
        valid(authority, now) &&
        certificate.checkIssued(authority) &&
        soundHash.test(certificate.signatureAlgorithm ?? '') &&
        certificate.verify(authority.publicKey),
    )
    return issued && valid(certificate, now) ? [certificate.publicKey] : []
  })
  return [...own.flatMap(({ key, certificate }) => (certificate && !valid(certificate, now) ? [] : [key])), ...vouched]
}

/** An authority that many have certificates of does not say by giving one for whom somebody speaks. */
const isNamed = (certificate: X509Certificate, names: readonly string[]) =>
  names.length === 0 ||
  names.some((name) => certificate.checkHost(name, { subject: 'default', wildcards: false }) !== undefined)

/** Of MD5 and SHA-1 two certificates can be made that an authority's signature of one fits as well as the other. */
const soundHash = /sha(256|384|512)|rsassapss|ed25519|ed448/i

type IssuerKeys = {
  readonly own: readonly { readonly key: KeyObject; readonly certificate: X509Certificate | undefined }[]
  readonly authorities: readonly X509Certificate[]
}

/** Of each issuer, read once. */
const issuerKeys = new WeakMap<TrustedIssuer, IssuerKeys>()

function keysOf(trusted: TrustedIssuer): IssuerKeys {
  const known = issuerKeys.get(trusted)
  if (known) return known
  const keys = {
    own: trusted.certificates.map((pem) => {
      const certificate = pem.includes('BEGIN CERTIFICATE') ? new X509Certificate(pem) : undefined
      return { key: certificate?.publicKey ?? createPublicKey(pem), certificate }
    }),
    authorities: trusted.authorities.map((pem) => new X509Certificate(pem)),
  }
  issuerKeys.set(trusted, keys)
  return keys
}

const notHeld = () => refused('The signature of the assertion does not hold', 'wsse:FailedCheck')

/** What must hold each time an assertion is shown, however often it was verified. SAML core 2.5 and the bearer rules of SAML profiles 4.1.4.3. */
export function checkConditions(assertion: Assertion, { audiences, clockSkewSeconds }: Expectations, now: Date): void {
  const skew = clockSkewSeconds * 1000
  // Said so that a time nobody can read is both.
  const early = (at: Date | undefined) => at !== undefined && !(at.getTime() <= now.getTime() + skew)
  const late = (at: Date | undefined) => at !== undefined && !(at.getTime() > now.getTime() - skew)
  const { conditions, confirmations } = assertion
  if (!conditions?.notOnOrAfter)
    throw refused('The assertion says not until when it holds', 'wsse:InvalidSecurityToken')
  if (early(conditions.notBefore)) throw refused('The assertion does not hold yet', 'wsse:InvalidSecurityToken')
  if (late(conditions.notOnOrAfter)) throw refused('The assertion has expired', 'wsse:InvalidSecurityToken')
  if (!conditions.understood)
    throw refused('The assertion has a condition that is not understood here', 'wsse:InvalidSecurityToken')
  if (
    conditions.audiences.length === 0 ||
    !conditions.audiences.every((any) => any.some((one) => audiences.includes(one)))
  )
    throw refused('The assertion is for another audience', 'wsse:InvalidSecurityToken')
  const bearers = confirmations.filter(({ method }) => method === bearer)
  if (bearers.length === 0)
    throw refused('The subject is confirmed by another method than bearer', 'wsse:UnsupportedSecurityToken')
  if (bearers.every((one) => early(one.notBefore) || late(one.notOnOrAfter)))
    throw refused('The confirmation of the subject has expired', 'wsse:InvalidSecurityToken')
  if (!assertion.subject) throw refused('The assertion names no subject', 'wsse:InvalidSecurityToken')
  if (!assertion.authenticatedAt)
    throw refused('The assertion does not say when the user logged on', 'wsse:InvalidSecurityToken')
}

function certificateOf(base64: string): X509Certificate | undefined {
  try {
    return new X509Certificate(
      `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/\s/g, '')}\n-----END CERTIFICATE-----`,
    )
  } catch {
    return undefined
  }
}

const valid = (certificate: X509Certificate, now: Date) =>
  new Date(certificate.validFrom) <= now && now <= new Date(certificate.validTo)

/** Two where one belongs is an attack, or a mistake nobody should guess about. */
function only(parent: ParsedElement, namespace: string, local: string): ParsedElement | undefined {
  const found = childrenNamed(parent, namespace, local)
  if (found.length > 1) throw refused(`More than one ${local}`, 'wsse:InvalidSecurity')
  return found[0]
}

const text = (element: ParsedElement | undefined) => textOf(element).trim()
