import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SignedXml } from 'xml-crypto'
import { assertion, claims, foreignKeys, issuerKeys, settings } from '../../../../test/builders/gateway.ts'
import { envelope } from '../../../../test/builders/soap.ts'
import { mutate, seeded } from '../../../../test/conformance/mutate.ts'
import { readXml, readXmlWithSource } from '../../xml/read.ts'
import { childNamed, descend } from '../../xml/select.ts'
import { saml2, soap12, wsse } from '../soap/namespaces.ts'
import { type Assertion, readAssertion } from './assertion.ts'
import { dsig, enveloped, exclusive, verifyAssertion } from './verify.ts'
import { writeAssertion } from './write.ts'

const now = new Date('2026-03-01T12:00:00Z')
const random = seeded(23)
const pick = <T>(among: readonly T[]): T => among[Math.floor(random() * among.length)] as T

/** An assertion as other software writes it: other prefixes, white space, comments, declarations far from their use. */
function madeAssertion(): string {
  const written = writeAssertion(claims(now), issuerKeys.privateKey)
  let text = written.replace(/<ds:Signature .*<\/ds:Signature>/s, '')
  if (random() < 0.5) {
    const hl7 = ' xmlns:hl7="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    text = text.replaceAll(hl7, '').replace('<saml2:Assertion', `<saml2:Assertion${hl7}`)
  }
  const prefix = pick(['saml2:', 'saml:', ''])
  text = text
    .replaceAll('xmlns:saml2', prefix ? `xmlns:${prefix.slice(0, -1)}` : 'xmlns')
    .replaceAll(/(<\/?)saml2:/g, `$1${prefix}`)
  if (random() < 0.3) text = text.replaceAll('><', pick(['>\n  <', '>\r\n<', '><!-- c --><']))
  if (random() < 0.3)
    text = text.replace('A hospital', pick(['<![CDATA[A <hospital> & co]]>', 'é &amp; \u{1F600}&#13;']))
  if (random() < 0.3) text = text.replace(/ (IssueInstant="[^"]*") (Version="2.0")/, " $2\n\t$1 xml:lang='a&amp;b'")
  return text
}

function signedByXmlCrypto(unsigned: string, privateKey: string): string {
  const signer = new SignedXml({
    privateKey,
    signatureAlgorithm: pick([
      'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
      'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
    ]),
    canonicalizationAlgorithm: exclusive,
  })
  signer.addReference({
    xpath: "/*[local-name(.)='Assertion']",
    transforms: [enveloped, exclusive],
    digestAlgorithm: pick(['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmlenc#sha512']),
    inclusiveNamespacesPrefixList: pick([[], ['xsi'], ['hl7', 'xsi']]),
  })
  signer.computeSignature(unsigned, {
    prefix: pick(['ds', '']),
    location: { reference: "/*[local-name(.)='Assertion']/*[local-name(.)='Issuer']", action: 'after' },
  })
  return signer.getSignedXml()
}

function ours(message: string): Assertion | string {
  try {
    return verifyAssertion(readXmlWithSource(message), settings.xua, now)
  } catch (thrown) {
    return (thrown as Error).message
  }
}

/** The assertion that xml-crypto says is signed, whatever else there is to say of it. */
function theirs(message: string): Assertion | string {
  try {
    const { root, sourceOf } = readXmlWithSource(message)
    const security = childNamed(descend(root, soap12, 'Header')!, wsse, 'Security')!
    const element = childNamed(security, saml2, 'Assertion')!
    const checker = new SignedXml({ publicCert: issuerKeys.publicKey, getCertFromKeyInfo: () => null })
    checker.idAttributes = ['ID']
    checker.loadSignature(sourceOf(childNamed(element, dsig, 'Signature')!))
    if (!checker.checkSignature(sourceOf(element))) return 'not valid'
    return readAssertion(readXml(checker.getSignedReferences()[0]!))
  } catch (thrown) {
    return (thrown as Error).message
  }
}

const inMessage = (security: string) => envelope({ action: 'urn:a', body: '<b/>', now, security })

test('200 assertions that xml-crypto signed are believed, and none that a stranger signed', () => {
  for (let index = 0; index < 200; index++) {
    const unsigned = madeAssertion()
    const message = inMessage(signedByXmlCrypto(unsigned, issuerKeys.privateKey))
    assert.deepEqual(ours(message), theirs(message), message)
    assert.equal(typeof ours(message), 'object', message)
    if (index % 5 === 0)
      assert.equal(
        ours(inMessage(signedByXmlCrypto(unsigned, foreignKeys.privateKey))),
        'The signature of the assertion does not hold',
      )
  }
})

test('what we sign, xml-crypto believes', () => {
  for (let index = 0; index < 20; index++) {
    const message = inMessage(assertion(now))
    assert.deepEqual(theirs(message), ours(message))
    assert.equal(typeof theirs(message), 'object')
  }
})

/** What canonicalising makes undone. */
const harmless: readonly ((text: string) => string)[] = [
  (text) => text.replaceAll(/="([^"']*)"/g, (all, value: string) => (random() < 0.2 ? `='${value}'` : all)),
  (text) =>
    text.replaceAll(/(<[\w:]+)([ >])/g, (all, tag: string, next: string) =>
      random() < 0.2 ? `${tag}\n ${next}` : all,
    ),
  (text) =>
    text.replaceAll(/<([\w:]+)([^<>]*)\/>/g, (all, name: string, rest: string) =>
      random() < 0.5 ? `<${name}${rest}></${name}>` : all,
    ),
  (text) => text.replace('ajones', pick(['a<!-- -->jones', '<![CDATA[ajones]]>', '&#97;jones', '&#x61;jones'])),
]

test('of 1,500 damaged assertions none is believed that xml-crypto does not believe to say the same', () => {
  const signed = Array.from({ length: 60 }, () => signedByXmlCrypto(madeAssertion(), issuerKeys.privateKey))
  const stricter = new Set<string>()
  let believed = 0
  for (let index = 0; index < 1500; index++) {
    const whole = random() < 0.3 ? pick(harmless)(pick(signed)) : pick(signed)
    const message = inMessage(random() < 0.7 ? mutate(whole, random) : whole)
    const [one, other] = [ours(message), theirs(message)]
    if (typeof one === 'object') {
      believed++
      assert.deepEqual(one, other, message)
    } else if (typeof other === 'object') stricter.add(one)
  }
  assert.ok(believed > 100, `${believed} were believed`)
  // Where it is signed that there is one, and two are there, it takes the first.
  assert.deepEqual(
    [...stricter].filter((reason) => !/^More than one|transforms|object along/.test(reason)),
    [],
  )
})
