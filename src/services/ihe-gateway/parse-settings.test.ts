import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everyArea, parseGatewaySettings } from './parse-settings.ts'

const file = {
  homeCommunityId: 'urn:oid:1.2.3',
  repositoryUniqueId: '1.2.4',
  deviceId: '1.2.5',
  xua: {
    audiences: ['https://gateway.example'],
    issuers: [{ issuer: 'idp', certificateFiles: ['idp.pem'], communities: ['urn:oid:1.2.9'] }],
  },
  communities: [
    {
      id: 'urn:oid:1.2.9',
      name: 'A hospital',
      organisations: [{ name: 'A hospital', odsCode: 'rr8' }],
      clientCertificates: ['AB:'.repeat(31) + 'CD'],
    },
  ],
  audit: { sourceId: 'gateway.example' },
}
const read = (name: string) => `content of ${name}`

test('what a file leaves out has a default, and what it names is read', () => {
  const { settings, syslog } = parseGatewaySettings(file, read)
  assert.equal(syslog, undefined)
  assert.deepEqual(settings.areas, everyArea)
  assert.deepEqual(settings.xua.issuers[0]?.certificates, ['content of idp.pem'])
  assert.equal(settings.xua.assertionUse, 'once')
  assert.deepEqual(settings.communities[0]?.transactions, ['ITI-38', 'ITI-39', 'ITI-47', 'ITI-55'])
  assert.equal(settings.communities[0]?.organisations[0]?.odsCode, 'RR8')
  assert.equal(settings.communities[0]?.clientCertificates[0], `${'ab'.repeat(31)}cd`)
})

test('of an issuer whose authority is trusted it is known whose certificates count', () => {
  const issuer = {
    issuer: 'idp',
    authorityFiles: ['ca.pem'],
    certificateNames: ['idp.example'],
    communities: ['urn:oid:1.2.9'],
  }
  const { settings } = parseGatewaySettings({ ...file, xua: { ...file.xua, issuers: [issuer] } }, read)
  assert.deepEqual(settings.xua.issuers[0], {
    issuer: 'idp',
    communities: ['urn:oid:1.2.9'],
    certificates: [],
    authorities: ['content of ca.pem'],
    certificateNames: ['idp.example'],
  })
})

test('everything wrong in a file is named at once', () => {
  assert.throws(
    () => parseGatewaySettings({ ...file, deviceId: 'x', surprise: 1 }, read),
    /deviceId.*surprise|surprise.*deviceId|additional/,
  )
  assert.throws(() => parseGatewaySettings({ ...file, areas: { feelings: {} } }, read), /feelings/)
  assert.throws(
    () =>
      parseGatewaySettings(
        { ...file, xua: { ...file.xua, issuers: [{ issuer: 'idp', communities: ['urn:oid:1.2.9'] }] } },
        read,
      ),
    /certificateFiles/,
  )
})
