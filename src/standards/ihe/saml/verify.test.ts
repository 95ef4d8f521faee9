import assert from 'node:assert/strict'
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import {
  assertion,
  audience,
  claims,
  community,
  foreignKeys,
  issuerKeys,
  settings,
} from '../../../../test/builders/gateway.ts'
import { envelope } from '../../../../test/builders/soap.ts'
import { certificate } from '../../../../simulators/nhs/tls/certificate.ts'
import { SignedXml } from 'xml-crypto'
import { SoapFault } from '../soap/fault.ts'
import { canonicalXml } from '../../xml/canonical.ts'
import { readXmlWithSource } from '../../xml/read.ts'
import { enveloped, exclusive, type Expectations, verifyAssertion } from './verify.ts'
import { writeAssertion } from './write.ts'

const now = new Date('2026-03-01T12:00:00Z')
const expectations = settings.xua
const message = (security: string) => envelope({ action: 'urn:a', body: '<b/>', now, security })
const verifyIn = (text: string, trusting: Expectations = expectations, at = now) =>
  verifyAssertion(readXmlWithSource(text), trusting, at)
const verify = (security: string, at = now) => verifyIn(message(security), expectations, at)
const refuses = (security: string, reason: RegExp, at = now) =>
  assert.throws(
    () => verify(security, at),
    (thrown) => thrown instanceof SoapFault && thrown.kind === 'unauthenticated' && reason.test(thrown.message),
  )
const signature = (text: string) => /<ds:Signature.*<\/ds:Signature>/s.exec(text)![0]

/** Changed, and signed by the issuer as it is then. */
function signedAnew(change: (text: string) => string, privateKey = issuerKeys.privateKey): string {
  const one = assertion(now)
  const signer = new SignedXml({
    privateKey,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: exclusive,
  })
  const root = "/*[local-name(.)='Assertion']"
  signer.addReference({
    xpath: root,
    transforms: [enveloped, exclusive],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  })
  signer.computeSignature(change(one.replace(signature(one), '')), {
    prefix: 'ds',
    location: { reference: `${root}/*[local-name(.)='Issuer']`, action: 'after' },
  })
  return signer.getSignedXml()
}

test('an assertion of a trusted issuer, for us and for now, is believed', () => {
  const { subject, attributes, issuer } = verify(assertion(now))
  assert.equal(subject, 'ajones')
  assert.equal(issuer, 'https://ehr.example/idp')
  assert.deepEqual(attributes, {
    name: 'Dr Ann Jones',
    organisation: 'A hospital',
    organisationId: 'RR8',
    role: { code: '158965000', system: '2.16.840.1.113883.6.96', display: 'Medical practitioner' },
    purposeOfUse: { code: 'TREATMENT', system: '2.16.840.1.113883.3.18.7.1', display: 'Treatment' },
    resourceId: undefined,
    homeCommunityId: community,
    sdsUserId: undefined,
    sdsRoleProfileId: undefined,
  })
})

test('both spellings of purpose of use and of home community are read', () => {
  const other = writeAssertion(claims(now, { homeCommunityId: '1.2.3' }), issuerKeys.privateKey)
  assert.equal(verify(other).attributes.homeCommunityId, 'urn:oid:1.2.3')
})

test('the future, the past, another audience and another issuer are refused, within a minute of skew', () => {
  const one = assertion(now)
  assert.ok(verify(one, new Date(now.getTime() - 50_000)))
  assert.ok(verify(one, new Date(now.getTime() + 350_000)))
  refuses(one, /not hold yet/, new Date(now.getTime() - 70_000))
  refuses(one, /expired/, new Date(now.getTime() + 370_000))
  refuses(assertion(now, { audience: `${audience}/other` }), /audience/)
  refuses(assertion(now, { issuer: 'https://elsewhere.example' }), /not trusted/)
})

test('a condition that nobody here understands is not one that is met', () => {
  const with_ = (condition: string) =>
    signedAnew((text) => text.replace('</saml2:Conditions>', `${condition}</saml2:Conditions>`))
  assert.equal(verify(with_('')).subject, 'ajones')
  assert.equal(verify(with_('<saml2:ProxyRestriction Count="0"/><saml2:OneTimeUse/>')).conditions?.oneTimeUse, true)
  refuses(
    with_(
      '<saml2:Condition xmlns:x="urn:x" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x:OnlyOnSundays"/>',
    ),
    /condition/,
  )
  refuses(with_('<x:OnlyOnSundays xmlns:x="urn:x"/>'), /condition/)
  refuses(with_('<x:OneTimeUse xmlns:x="urn:x"/>'), /condition/)
  // Each restriction has to be met.
  refuses(
    with_('<saml2:AudienceRestriction><saml2:Audience>urn:other</saml2:Audience></saml2:AudienceRestriction>'),
    /audience/,
  )
  refuses(with_('<saml2:AudienceRestriction/>'), /audience/)
})

test('a time that cannot be read is not one that leaves all others open', () => {
  const at = now.getTime() - 1000
  const began = new Date(at).toISOString()
  const until = new Date(now.getTime() + 300_000).toISOString()
  for (const wrong of [
    'soon',
    '',
    '2999-01-01',
    '2999-01-01T00:00:00+1',
    '2999-02-31T25:00:00Z',
    '12999-01-01T00:00:00Z',
  ]) {
    refuses(
      signedAnew((text) => text.replace(`NotBefore="${began}"`, `NotBefore="${wrong}"`)),
      /not hold yet/,
    )
    refuses(
      signedAnew((text) =>
        text.replace(
          `<saml2:Conditions NotBefore="${began}" NotOnOrAfter="${until}"`,
          `<saml2:Conditions NotOnOrAfter="${wrong}"`,
        ),
      ),
      /expired/,
    )
    refuses(
      signedAnew((text) => text.replace(`Data NotOnOrAfter="${until}"`, `Data NotOnOrAfter="${wrong}"`)),
      /confirmation/,
    )
    refuses(
      signedAnew((text) => text.replace(`Data NotOnOrAfter="${until}"`, `Data NotBefore="${wrong}"`)),
      /confirmation/,
    )
    refuses(
      signedAnew((text) => text.replace(/AuthnInstant="[^"]*"/, `AuthnInstant="${wrong}"`)),
      /logged on/,
    )
  }
})

test('of two subjects or conditions none is chosen, though an issuer signed both', () => {
  for (const name of ['Issuer', 'Subject', 'Conditions', 'NameID'])
    refuses(
      signedAnew((text) => text.replace(new RegExp(`<saml2:${name}.*</saml2:${name}>`, 's'), (all) => all + all)),
      new RegExp(`More than one ${name}`),
    )
})

test('unsigned, signed by a stranger, or changed after signing is refused', () => {
  const one = assertion(now)
  refuses(one.replace(signature(one), ''), /not signed/)
  refuses(assertion(now, {}, foreignKeys.privateKey), /does not hold/)
  for (const [from, to] of [
    ['ajones', 'asmith'],
    ['TREATMENT', 'MARKETING'],
    ['RR8', 'RX1'],
  ] as const)
    refuses(one.replace(from, to), /does not hold/)
  refuses(one.replace('xmldsig-more#rsa-sha256', 'xmldsig-more#hmac-sha256'), /algorithm/)
  refuses(one.replace('2001/04/xmldsig-more#rsa-sha256', '2000/09/xmldsig#rsa-sha1'), /algorithm/)
})

test('a signature that is moved to cover something else is refused', () => {
  const one = assertion(now)
  const id = /ID="([^"]+)"/.exec(one)![1]!
  const evil = one.replace('ajones', 'root').replace(signature(one), '')
  // The signed original is carried along, and another assertion put where it is looked for.
  refuses(evil.replace(id, '_evil').replace('</saml2:Issuer>', `</saml2:Issuer>${signature(one)}`), /another element/)
  refuses(
    evil.replace(
      '</saml2:Issuer>',
      `</saml2:Issuer>${signature(one).replace('</ds:Signature>', `<ds:Object>${one}</ds:Object></ds:Signature>`)}`,
    ),
    /object|does not hold/,
  )
  refuses(
    evil
      .replace('</saml2:Issuer>', `</saml2:Issuer>${signature(one)}`)
      .replace('</saml2:Assertion>', `<saml2:Advice>${one}</saml2:Advice></saml2:Assertion>`),
    /does not hold|More than one/,
  )
  refuses(one + one, /More than one Assertion/)
  refuses(one + evil, /More than one Assertion/)
  refuses(`<x xmlns="urn:x">${one}</x>${evil}`, /not signed/)
  refuses(one.replace('</ds:Reference>', `</ds:Reference><ds:Reference URI="#${id}"/>`), /one reference|More than one/)
  refuses(
    one.replace(
      /<ds:Transform Algorithm="[^"]*enveloped-signature"\/>/,
      '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
    ),
    /transforms/,
  )
})

test('what the signature covers is read from what is signed, not from what stands around it', () => {
  const one = assertion(now)
  const evil = one.replace('ajones', 'root')
  const digestOf = (text: string) =>
    createHash('sha256')
      .update(canonicalXml(text.replace(signature(text), '')))
      .digest('base64')
  const claimed = digestOf(evil)
  assert.ok(one.includes(`>${digestOf(one)}<`))
  const value = /<ds:DigestValue>[^<]*/.exec(evil)![0]
  refuses(
    evil.replace(value, () => `<ds:DigestValue>${claimed}`),
    /does not hold/,
  )
  refuses(
    evil.replace(value, () => `<ds:DigestValue><!--${claimed}-->${value.slice(16)}`),
    /does not hold/,
  )
  refuses(
    evil.replace(value, () => `<ds:DigestValue>${claimed}<!--${value.slice(16)}-->`),
    /does not hold/,
  )
  refuses(
    evil.replace(value, () => `<ds:DigestValue><?d ${claimed}?>${value.slice(16)}`),
    /does not hold/,
  )
  refuses(
    evil.replace(value, () => `<ds:DigestValue>${claimed}</ds:DigestValue>${value}`),
    /More than one/,
  )
  const info = /<ds:SignedInfo.*<\/ds:SignedInfo>/s.exec(evil)![0]
  const forged = info.replace(value.slice(16), () => claimed)
  refuses(
    evil.replace(info, () => forged + info),
    /More than one SignedInfo/,
  )
  refuses(
    evil.replace(info, () => `<ds:Object>${info}</ds:Object>${forged}`),
    /object/,
  )
  // A processing instruction is text to whoever does not look.
  refuses(one.replace('ajones', '<?x root?>'), /does not hold/)
})

test('transforms, parameters and lists of prefixes that could show something else are refused', () => {
  const one = assertion(now)
  const exclusive = '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"'
  for (const other of [
    `${exclusive.replace('n#', 'n#WithComments')}/>`,
    '',
    `${exclusive}/>${exclusive}/>`,
    `${exclusive}><ds:XPath>self::text()</ds:XPath></ds:Transform>`,
    `${exclusive}><InclusiveNamespaces xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="${'p '.repeat(51)}"/></ds:Transform>`,
  ])
    refuses(one.replace(`${exclusive}/>`, other), /transforms/)
  refuses(one.replace(/<ds:Transform [^>]*enveloped-signature"\/>/, ''), /transforms/)
  refuses(
    one.replace(/(<ds:CanonicalizationMethod Algorithm=")[^"]*/, '$1http://www.w3.org/TR/2001/REC-xml-c14n-20010315'),
    /exclusively/,
  )
  const hmac = (name: string) => new RegExp(`(<ds:${name} [^>]*)/>`)
  refuses(
    one.replace(hmac('SignatureMethod'), '$1><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>'),
    /algorithm/,
  )
  refuses(
    one.replace(hmac('DigestMethod'), '$1><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:DigestMethod>'),
    /algorithm/,
  )
  refuses(one.replace('xmlenc#sha256', 'xmlenc#ripemd160'), /digest algorithm/)
  refuses(one.replace(/<ds:SignatureValue>[^<]*/, '<ds:SignatureValue>'), /does not hold/)
})

test('a signature that would keep us busy is refused before it is looked at', () => {
  const one = assertion(now)
  refuses(one.replace('</ds:SignedInfo>', `${'<b/>'.repeat(20_000)}</ds:SignedInfo>`), /more than one has to say/)
  // Who has seen an assertion may put its signature into another one, which is canonicalised to see that it does not fit.
  const long = `<b xmlns:p="${'u'.repeat(1000)}">${'<p:d/>'.repeat(30_000)}</b>`
  assert.throws(
    () => verifyIn(message(one.replace('</saml2:Assertion>', `${long}</saml2:Assertion>`))),
    /more than 10000000/,
  )
})

test('a key of another kind than RSA is no reason to fall over', () => {
  const { publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const [issuer] = expectations.issuers
  const trusting = (certificates: string[]) => ({ ...expectations, issuers: [{ ...issuer!, certificates }] })
  assert.throws(() => verifyIn(message(assertion(now)), trusting([publicKey])), /does not hold/)
  assert.equal(verifyIn(message(assertion(now)), trusting([publicKey, issuerKeys.publicKey])).subject, 'ajones')
})

test('an assertion whose prefixes the envelope declares is believed, and no less strictly looked at', () => {
  const one = assertion(now)
  const declarations = [...new Set(one.match(/ xmlns:(?:saml2|ds)="[^"]+"/g))]
  assert.equal(declarations.length, 2)
  const bare = declarations.reduce((text, declaration) => text.replaceAll(declaration, ''), one)
  const carried = (text: string) =>
    message(text).replace(/<([\w.-]+:)?Envelope/, (start) => `${start}${declarations.join('')}`)
  assert.equal(verifyIn(carried(bare)).subject, 'ajones')
  assert.throws(() => verifyIn(carried(bare.replace('ajones', 'asmith'))), /does not hold/)
})

test('an ID that something else in the message has too is refused, by whatever name it has it', () => {
  const one = assertion(now)
  const id = /ID="([^"]+)"/.exec(one)![1]!
  for (const name of ['ID', 'Id', 'id', 'iD', 'xml:id', 's:Id', 'xmlns:u="urn:u" u:ID'])
    assert.throws(() => verifyIn(message(one).replace('<b/>', `<b ${name}="${id}"/>`)), /does not hold/)
  assert.equal(verifyIn(message(one).replace('<b/>', '<b ID="_other"/>')).subject, 'ajones')
})

test('where an authority is trusted, so is whoever it gave a certificate to, while that holds', () => {
  const keys = (): { publicKey: KeyObject; privateKey: KeyObject } => generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const authority = (commonName: string) => {
    const { publicKey, privateKey } = keys()
    const dates = { from: new Date('2025-01-01'), until: new Date('2030-01-01') }
    const pem = certificate({
      commonName,
      publicKey,
      signingKey: privateKey,
      serial: Buffer.of(1),
      usage: 'authority',
      ...dates,
    })
    const give = (until: string, more: { key?: KeyObject; hash?: 'sha1'; commonName?: string } = {}) =>
      certificate({
        commonName: more.commonName ?? 'idp.example',
        publicKey: more.key ?? createPublicKey(foreignKeys.publicKey),
        ...(more.hash && { hash: more.hash }),
        issuer: { commonName },
        signingKey: privateKey,
        serial: Buffer.of(2),
        usage: 'client',
        from: dates.from,
        until: new Date(until),
      })
    return { pem, give }
  }
  const ours = authority('Our authority')
  // Another one of the same name.
  const theirs = authority('Our authority')
  const trusting = {
    ...expectations,
    issuers: [{ ...expectations.issuers[0]!, certificates: [], authorities: [ours.pem] }],
  }
  const shown = (pem: string) => verifyIn(message(writeAssertion(claims(now), foreignKeys.privateKey, pem)), trusting)
  assert.equal(shown(ours.give('2027-01-01')).subject, 'ajones')
  assert.throws(() => shown(theirs.give('2027-01-01')), /does not hold/)
  assert.throws(() => shown(ours.give('2026-02-01')), /does not hold/)
  assert.throws(() => shown(ours.pem), /does not hold/)
  // Others have certificates of the same authority, and do not speak for this issuer.
  const named = {
    ...trusting,
    issuers: [{ ...trusting.issuers[0]!, certificateNames: ['idp.example', 'Signing Service 2'] }],
  }
  const shownAs = (commonName: string) =>
    verifyIn(
      message(writeAssertion(claims(now), foreignKeys.privateKey, ours.give('2027-01-01', { commonName }))),
      named,
    )
  for (const own of ['idp.example', 'Signing Service 2']) assert.equal(shownAs(own).subject, 'ajones')
  for (const other of [
    'other.example',
    'x.idp.example',
    'idp.example.evil.example',
    '*.example',
    'idp.example\0.evil.example',
  ])
    assert.throws(() => shownAs(other), /does not hold/, other)
  // Whoever can make two certificates with one digest has one that was never given.
  assert.throws(() => shown(ours.give('2027-01-01', { hash: 'sha1' })), /does not hold/)
})

test('a key so short that it can be worked out signs for nobody', () => {
  const [issuer] = expectations.issuers
  for (const [modulusLength, holds] of [
    [1024, false],
    [2047, false],
    [2048, true],
  ] as const) {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    const trusting = { ...expectations, issuers: [{ ...issuer!, certificates: [publicKey] }] }
    const shown = () => verifyIn(message(writeAssertion(claims(now), privateKey)), trusting)
    if (holds) assert.equal(shown().subject, 'ajones')
    else assert.throws(shown, /does not hold/)
  }
})

test('a certificate that comes along counts for nothing where no authority is trusted, whatever it says of itself', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = certificate({
    commonName: 'https://ehr.example/idp',
    publicKey: createPublicKey(foreignKeys.publicKey),
    issuer: { commonName: 'https://ehr.example/idp' },
    signingKey: privateKey,
    serial: Buffer.of(1),
    usage: 'client',
    from: new Date('2025-01-01'),
    until: new Date('2030-01-01'),
  })
  refuses(writeAssertion(claims(now), foreignKeys.privateKey, pem), /does not hold/)
  // Nor does a key that is there bare.
  const { n, e } = createPublicKey(foreignKeys.publicKey).export({ format: 'jwk' })
  const bare = [n, e].map((one) => Buffer.from(one!, 'base64url').toString('base64'))
  const value = `<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>${bare[0]}</ds:Modulus><ds:Exponent>${bare[1]}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>`
  const foreign = writeAssertion(claims(now), foreignKeys.privateKey)
  refuses(foreign.replace('</ds:Signature>', `<ds:KeyInfo>${value}</ds:KeyInfo></ds:Signature>`), /does not hold/)
})

test('a value is base64 and nothing else, and of the algorithm that is said', () => {
  const one = assertion(now)
  const value = /<ds:SignatureValue>([^<]*)/.exec(one)![1]!
  const with_ = (other: string) => one.replace(value, () => other)
  assert.equal(verify(with_(value.replaceAll(/.{60}/g, '$&\r\n ').concat('<!-- -->'))).subject, 'ajones')
  for (const other of [
    `${value}*`,
    `${value}====`,
    value.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
    value.slice(0, -8),
    `AAAA${value}`,
    `${value.replace(/=+$/, '')}AAAA`,
    Buffer.from(Buffer.from(value, 'base64').toString('hex')).toString('base64'),
    Buffer.alloc(256).toString('base64'),
    Buffer.concat([Buffer.alloc(255), Buffer.of(1)]).toString('base64'),
  ])
    refuses(with_(other), /does not hold/)
  for (const other of ['2001/04/xmldsig-more#rsa-sha512', '2007/05/xmldsig-more#sha256-rsa-MGF1'])
    refuses(one.replace('2001/04/xmldsig-more#rsa-sha256', other), /does not hold/)
  for (const other of [
    '2001/04/xmldsig-more#ecdsa-sha256',
    '2001/04/xmldsig-more#rsa-md5',
    '2000/09/xmldsig#hmac-sha1',
  ])
    refuses(one.replace('2001/04/xmldsig-more#rsa-sha256', other), /algorithm/)
})

test('a comment in the middle of a name does not shorten it', () => {
  const one = assertion(now, { subject: 'ajones.admin' })
  assert.equal(verify(one.replace('ajones.admin', 'ajones<!-- -->.admin')).subject, 'ajones.admin')
})

test('a message without a security header is refused', () => {
  assert.throws(
    () => verifyIn('<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>'),
    /required/,
  )
})
