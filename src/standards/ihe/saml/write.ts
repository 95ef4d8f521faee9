import { createHash, sign } from 'node:crypto'
import { canonicalXml } from '../../xml/canonical.ts'
import { serialise } from '../../xml/serialise.ts'
import { saml2 } from '../soap/namespaces.ts'
import { type Xml, xml } from '../tree.ts'
import { attributeNames, bearer, type CodedAttribute } from './assertion.ts'
import { dsig, enveloped, exclusive } from './verify.ts'

export type AssertionClaims = {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly audience: string
  readonly issuedAt: Date
  readonly notOnOrAfter: Date
  readonly name: string
  readonly organisation: string
  readonly organisationId: string
  readonly homeCommunityId: string
  readonly role: CodedAttribute
  readonly purposeOfUse: CodedAttribute
  readonly resourceId?: string
}

/** A signed SAML 2.0 assertion as ITI TF-2 3.40.4.1.2 describes it, to try a gateway with. Keys are PEM; a certificate is sent along. */
export function writeAssertion(claims: AssertionClaims, privateKey: string, certificate?: string): string {
  const unsigned = serialise(assertion(claims), { declaration: false })
  const digest = createHash('sha256').update(canonicalXml(unsigned)).digest('base64')
  const info = signedInfo(claims.id, digest)
  const value = sign('sha256', Buffer.from(canonicalXml(serialise(info))), privateKey).toString('base64')
  const signature = xml(
    'ds:Signature',
    { 'xmlns:ds': dsig },
    info,
    xml('ds:SignatureValue', {}, value),
    keyInfo(certificate),
  )
  const issuerEnd = '</saml2:Issuer>'
  // The signature stands behind the issuer, by the schema of SAML.
  return unsigned.replace(issuerEnd, () => issuerEnd + serialise(signature, { declaration: false }))
}

function signedInfo(id: string, digest: string): Xml {
  const method = (name: string, algorithm: string) => xml(`ds:${name}`, { Algorithm: algorithm })
  return xml(
    'ds:SignedInfo',
    { 'xmlns:ds': dsig },
    method('CanonicalizationMethod', exclusive),
    method('SignatureMethod', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'),
    xml(
      'ds:Reference',
      { URI: `#${id}` },
      xml('ds:Transforms', {}, method('Transform', enveloped), method('Transform', exclusive)),
      method('DigestMethod', 'http://www.w3.org/2001/04/xmlenc#sha256'),
      xml('ds:DigestValue', {}, digest),
    ),
  )
}

const keyInfo = (certificate: string | undefined) =>
  certificate &&
  xml(
    'ds:KeyInfo',
    {},
    xml('ds:X509Data', {}, xml('ds:X509Certificate', {}, certificate.replaceAll(/-----[^-]+-----|\s/g, ''))),
  )

function assertion(claims: AssertionClaims): Xml {
  const at = claims.issuedAt.toISOString()
  const until = claims.notOnOrAfter.toISOString()
  const { resourceId } = claims
  return xml(
    'saml2:Assertion',
    { 'xmlns:saml2': saml2, ID: claims.id, IssueInstant: at, Version: '2.0' },
    xml('saml2:Issuer', {}, claims.issuer),
    xml(
      'saml2:Subject',
      {},
      xml('saml2:NameID', { Format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified' }, claims.subject),
      xml(
        'saml2:SubjectConfirmation',
        { Method: bearer },
        xml('saml2:SubjectConfirmationData', { NotOnOrAfter: until }),
      ),
    ),
    xml(
      'saml2:Conditions',
      { NotBefore: at, NotOnOrAfter: until },
      xml('saml2:AudienceRestriction', {}, xml('saml2:Audience', {}, claims.audience)),
    ),
    xml(
      'saml2:AuthnStatement',
      { AuthnInstant: at },
      xml(
        'saml2:AuthnContext',
        {},
        xml('saml2:AuthnContextClassRef', {}, 'urn:oasis:names:tc:SAML:2.0:ac:classes:X509'),
      ),
    ),
    xml(
      'saml2:AttributeStatement',
      {},
      attribute('name', claims.name),
      attribute('organisation', claims.organisation),
      attribute('organisationId', claims.organisationId),
      attribute('homeCommunityId', claims.homeCommunityId),
      attribute('role', code('Role', claims.role)),
      attribute('purposeOfUse', code('PurposeOfUse', claims.purposeOfUse)),
      resourceId === undefined ? undefined : attribute('resourceId', resourceId),
    ),
  )
}

const attribute = (name: keyof typeof attributeNames, value: Xml | string) =>
  xml('saml2:Attribute', { Name: attributeNames[name][0] }, xml('saml2:AttributeValue', {}, value))

const code = (element: string, { code, system, display }: CodedAttribute) =>
  xml(`hl7:${element}`, {
    'xmlns:hl7': 'urn:hl7-org:v3',
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xsi:type': 'hl7:CE',
    code,
    codeSystem: system,
    displayName: display,
  })
