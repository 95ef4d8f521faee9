import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOdsCode } from '../../../standards/nhs/ods-code.ts'
import { organisationFor, parseNhsSettings } from './settings.ts'

const anOrganisation = (over: object = {}) => ({
  odsCode: 'rr8',
  name: 'Leeds Teaching Hospitals',
  asid: '200000000115',
  communities: ['urn:oid:1.2.3'],
  tls: { keyFile: 'rr8-key.pem', certFile: 'rr8.pem' },
  ...over,
})
const aFile = (over: object = {}) => ({
  token: { url: 'https://api.example/oauth2/token', apiKey: 'k', keyId: 'kid', privateKeyFile: 'key.pem' },
  pds: { baseUrl: 'https://api.example/pds' },
  sds: { baseUrl: 'https://api.example/sds', apiKey: 'k' },
  spine: { proxyUrl: 'https://proxy.example' },
  issuer: 'https://gateway.example',
  device: { system: 'https://gateway.example/Id/device', identifier: 'g1', model: 'Weft', version: '1' },
  userIdSystem: 'https://gateway.example/Id/user',
  organisations: [anOrganisation()],
  ...over,
})

test('what is not said has the lifetimes and limits of the NHS', () => {
  const settings = parseNhsSettings(aFile())
  assert.deepEqual(settings.cacheSeconds, { record: 14_400, patient: 86_400, endpoint: 43_200 })
  assert.equal(settings.pds.perSecond, 5)
  assert.equal(settings.organisations[0]?.odsCode, 'RR8')
})

test('everything that is wrong is named at once, and the values are not', () => {
  const wrong = aFile({
    pds: { baseUrl: 'pds' },
    extra: 1,
    organisations: [anOrganisation({ asid: 'secret-asid', communities: ['1.2.3'] })],
  })
  assert.throws(
    () => parseNhsSettings(wrong),
    ({ message }: Error) =>
      ['/pds/baseUrl', '/organisations/0/asid', '/organisations/0/communities/0'].every((path) =>
        message.includes(path),
      ) && !message.includes('secret-asid'),
  )
})

test('a community asks as its own organisations, each as itself', () => {
  const settings = parseNhsSettings(
    aFile({
      organisations: [anOrganisation(), anOrganisation({ odsCode: 'RX1', asid: '1', communities: ['urn:oid:1.2.4'] })],
    }),
  )
  const asid = (community: string, code: string) => {
    const odsCode = parseOdsCode(code)
    return odsCode && organisationFor(settings, community, odsCode)?.asid
  }
  assert.equal(asid('urn:oid:1.2.3', 'RR8'), '200000000115')
  assert.equal(asid('urn:oid:1.2.4', 'RX1'), '1')
  assert.equal(asid('urn:oid:1.2.3', 'RX1'), undefined)
  assert.throws(() => parseNhsSettings(aFile({ organisations: [anOrganisation(), anOrganisation()] })), /listed twice/)
})

test('files are looked for where their settings are', () => {
  const settings = parseNhsSettings(aFile(), (file) => `/etc/weft/${file}`)
  assert.equal(settings.token.privateKeyFile, '/etc/weft/key.pem')
  assert.deepEqual(settings.organisations[0]?.tls, { keyFile: '/etc/weft/rr8-key.pem', certFile: '/etc/weft/rr8.pem' })
})
