import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertion, claims, foreignKeys, settings } from '../../../../test/builders/gateway.ts'
import { envelope } from '../../../../test/builders/soap.ts'
import { seeded } from '../../../../test/conformance/mutate.ts'
import { readXmlWithSource } from '../../xml/read.ts'
import { SoapFault } from '../soap/fault.ts'
import type { Assertion } from './assertion.ts'
import { verifyAssertion } from './verify.ts'
import { writeAssertion } from './write.ts'

const now = new Date('2026-03-01T12:00:00Z')
const random = seeded(31)
const pick = <T>(among: readonly T[]): T => among[Math.floor(random() * among.length)] as T

const signed = assertion(now)
const id = /ID="([^"]+)"/.exec(signed)![1]!
const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(signed)![0]
const info = /<ds:SignedInfo.*<\/ds:SignedInfo>/s.exec(signature)![0]
const whole = verifyAssertion(
  readXmlWithSource(envelope({ action: 'urn:a', body: '<b/>', now, security: signed })),
  settings.xua,
  now,
)

/** What somebody who holds one signed assertion, and a key of his own, has to put together. */
const evil = signed.replace('ajones', 'root').replace(signature, '')
const foreign = writeAssertion(claims(now, { id, subject: 'root' }), foreignKeys.privateKey)
const foreignSignature = /<ds:Signature .*<\/ds:Signature>/s.exec(foreign)![0]
const pieces = [signed, evil, foreign, signature, foreignSignature, info, signed.replace(signature, '')]

const identifier = [
  (text: string) => text,
  (text: string) => text.replaceAll(`ID="${id}"`, 'ID="_other"'),
  (text: string) => text.replaceAll(`ID="${id}"`, ''),
  (text: string) => text.replaceAll(`ID="${id}"`, `Id="${id}"`),
  (text: string) => text.replaceAll(`ID="${id}"`, `xml:id="${id}" ID="_other"`),
  (text: string) => text.replaceAll(`ID="${id}"`, `xmlns:i="urn:i" i:ID="${id}" ID="_other"`),
  (text: string) =>
    text.replaceAll(`URI="#${id}"`, pick(['URI=""', '', 'URI="#_other"', `URI="#xpointer(id('${id}'))"`])),
]
const around = [
  (text: string) => `<ds:Object xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${text}</ds:Object>`,
  (text: string) => `<saml2:Advice xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">${text}</saml2:Advice>`,
  (text: string) =>
    `<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="${pick([id, '_r'])}">${text}</p:Response>`,
  (text: string) => `<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${text}</ds:KeyInfo>`,
  (text: string) => `<!--${text}-->`,
  (text: string) => `<![CDATA[${text}]]>`,
]
const places = [
  '</saml2:Issuer>',
  '</saml2:Assertion>',
  '</ds:Signature>',
  '</ds:SignedInfo>',
  '<ds:SignedInfo',
  '<ds:KeyInfo',
  '</ds:Reference>',
  '<saml2:Subject>',
  '</saml2:NameID>',
  '<saml2:Issuer>',
]

function made(depth = 0): string {
  let text = pick(identifier)(pick(depth === 0 ? [signed, ...pieces] : pieces))
  for (let left = pick([0, 1, 1, 2]); left > 0; left--) {
    const place = pick(places)
    const inner = random() < 0.6 && depth < 3 ? made(depth + 1) : pick(pieces)
    const dressed = random() < 0.4 ? pick(around)(inner) : inner
    text = text.replace(place, () => (place.startsWith('</') && random() < 0.5 ? place + dressed : dressed + place))
  }
  return text
}

const outcome = (message: string): Assertion | undefined => {
  try {
    return verifyAssertion(readXmlWithSource(message), settings.xua, now)
  } catch (thrown) {
    assert.ok(thrown instanceof SoapFault || (thrown as Error).name === 'Problem', String(thrown))
    return undefined
  }
}

test('however a signed assertion and a forged one are put together, what is believed is what was signed', () => {
  let believed = 0
  for (let index = 0; index < 6000; index++) {
    const security = Array.from({ length: pick([1, 1, 1, 2]) }, () => made()).join('')
    const body = random() < 0.3 ? made(2) : '<b/>'
    let message = envelope({ action: 'urn:a', body, now, security })
    if (random() < 0.2)
      message = message.replace(pick(['<s:Header>', '</s:Header>', '<s:Body>']), (at) =>
        random() < 0.5 ? at + made(2) : made(2) + at,
      )
    const said = outcome(message)
    if (!said) continue
    believed++
    assert.deepEqual(said, whole, message)
  }
  assert.ok(believed > 50, `${believed} were believed`)
})
