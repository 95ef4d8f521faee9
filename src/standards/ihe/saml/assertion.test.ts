import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readXml } from '../../xml/read.ts'
import { readAssertion } from './assertion.ts'

const read = (statements: string) =>
  readAssertion(
    readXml(
      `<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1"><Issuer> idp </Issuer>${statements}</Assertion>`,
    ),
  )
const attribute = (name: string, value: string) =>
  `<Attribute Name="${name}"><AttributeValue>${value}</AttributeValue></Attribute>`
const statement = (...attributes: string[]) => `<AttributeStatement>${attributes.join('')}</AttributeStatement>`
const code = (element: string) =>
  `<h:${element} xmlns:h="urn:hl7-org:v3" code="TREATMENT" codeSystem="2.16.840.1.113883.3.18.7.1" displayName="Treatment"/>`

test('purpose of use is read as the profile writes it, as Epic writes it, and as a bare word', () => {
  const expected = { code: 'TREATMENT', system: '2.16.840.1.113883.3.18.7.1', display: 'Treatment' }
  const name = 'urn:oasis:names:tc:xspa:1.0:subject:purposeofuse'
  assert.deepEqual(read(statement(attribute(name, code('PurposeOfUse')))).attributes.purposeOfUse, expected)
  assert.deepEqual(read(statement(attribute(name, code('PurposeForUse')))).attributes.purposeOfUse, expected)
  assert.deepEqual(read(statement(attribute(name, ' TREATMENT '))).attributes.purposeOfUse, { code: 'TREATMENT' })
})

test('the home community is read by IHE’s name and by the NHIN’s, with urn:oid: or without', () => {
  for (const name of ['urn:ihe:iti:xca:2010:homeCommunityId', 'urn:nhin:names:saml:homeCommunityId'])
    for (const value of ['urn:oid:1.2.3', '1.2.3'])
      assert.equal(read(statement(attribute(name, value))).attributes.homeCommunityId, 'urn:oid:1.2.3')
})

test('statements and attributes may repeat; the first that says something counts', () => {
  const id = 'urn:oasis:names:tc:xspa:1.0:subject:subject-id'
  const { attributes } = read(
    statement() +
      statement(attribute(id, ' '), attribute(id, 'Dr Ann Jones')) +
      statement(attribute(id, 'Somebody Else')),
  )
  assert.equal(attributes.name, 'Dr Ann Jones')
})

test('times are in UTC, also where somebody forgot the Z, and what is no time is not as if there were none', () => {
  const conditions = (text: string) => {
    const limit = read(`<Conditions NotOnOrAfter="${text}"/>`).conditions?.notOnOrAfter
    assert.ok(limit)
    return Number.isNaN(limit.getTime()) ? 'no time' : limit.toISOString()
  }
  assert.equal(conditions('2026-03-01T12:00:00'), '2026-03-01T12:00:00.000Z')
  assert.equal(conditions('2026-03-01T13:00:00.5+01:00'), '2026-03-01T12:00:00.500Z')
  assert.equal(conditions('tomorrow'), 'no time')
  assert.equal(conditions('2026-13-01T12:00:00Z'), 'no time')
  assert.equal(read('<Conditions/>').conditions?.notOnOrAfter, undefined)
})
