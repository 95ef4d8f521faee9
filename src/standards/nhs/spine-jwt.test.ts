import assert from 'node:assert/strict'
import { generateKeyPairSync, verify } from 'node:crypto'
import { test } from 'node:test'
import { clientAssertion } from './client-assertion.ts'
import { spineJwt, type SpineJwtInput } from './spine-jwt.ts'

const decoded = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as unknown
const anInput = (over: Partial<SpineJwtInput['practitioner']> = {}): SpineJwtInput => ({
  issuer: 'https://ehr.example/',
  audience: 'https://provider.example/A20047/STU3/1/gpconnect/structured/fhir',
  device: { system: 'https://ehr.example/Id/device', identifier: 'WEFT-1', model: 'Weft', version: '1.0' },
  organisation: { odsCode: 'RR8', name: 'Leeds Teaching Hospitals' },
  practitioner: {
    id: '10019',
    family: 'Jones',
    given: ['Claire'],
    prefix: ['Dr'],
    localSystem: 'https://ehr.example/Id/user',
    ...over,
  },
  issuedAt: 1_700_000_000,
})

test('the token of a GP Connect request is unsigned, lasts 300 seconds and names the person, the device and the organisation', () => {
  const [header, claims, signature, ...more] = spineJwt(anInput({ sdsUserId: '111222333444' })).split('.')
  assert.deepEqual(decoded(header), { alg: 'none', typ: 'JWT' })
  assert.equal(signature, '')
  assert.deepEqual(more, [])
  assert.deepEqual(decoded(claims), {
    iss: 'https://ehr.example/',
    sub: '10019',
    aud: 'https://provider.example/A20047/STU3/1/gpconnect/structured/fhir',
    exp: 1_700_000_300,
    iat: 1_700_000_000,
    reason_for_request: 'directcare',
    requested_scope: 'patient/*.read',
    requesting_device: {
      resourceType: 'Device',
      identifier: [{ system: 'https://ehr.example/Id/device', value: 'WEFT-1' }],
      model: 'Weft',
      version: '1.0',
    },
    requesting_organization: {
      resourceType: 'Organization',
      identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'RR8' }],
      name: 'Leeds Teaching Hospitals',
    },
    requesting_practitioner: {
      resourceType: 'Practitioner',
      id: '10019',
      identifier: [
        { system: 'https://fhir.nhs.uk/Id/sds-user-id', value: '111222333444' },
        { system: 'https://fhir.nhs.uk/Id/sds-role-profile-id', value: 'UNK' },
        { system: 'https://ehr.example/Id/user', value: '10019' },
      ],
      name: [{ family: 'Jones', given: ['Claire'], prefix: ['Dr'] }],
    },
  })
})

test('the assertion for the token endpoint is signed RS512 with a key id and ends within five minutes', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const input = { apiKey: 'key', keyId: 'kid-1', audience: 'https://t/oauth2/token', jti: 'j', issuedAt: 1_700_000_000 }
  const [header, claims, signature] = clientAssertion(input, privateKey).split('.')
  assert.deepEqual(decoded(header), { alg: 'RS512', typ: 'JWT', kid: 'kid-1' })
  const { iss, sub, aud, jti, exp } = decoded(claims) as Record<string, unknown>
  assert.deepEqual([iss, sub, aud, jti, exp], ['key', 'key', 'https://t/oauth2/token', 'j', 1_700_000_240])
  assert.ok(verify('sha512', Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature ?? '', 'base64url')))
})
