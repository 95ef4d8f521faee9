import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { checkedKey } from './checked-key.ts'

const pem = { type: 'spki', format: 'pem' } as const
const rsa = (modulusLength: number): string =>
  String(generateKeyPairSync('rsa', { modulusLength }).publicKey.export(pem))
const ec = String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export(pem))

test('a key that no assertion can be believed by is refused when the settings are read, with the reason', () => {
  const good = rsa(2048)
  assert.equal(checkedKey(good, 'idp.pem', 'issuer'), good)
  assert.throws(() => checkedKey(rsa(1024), 'idp.pem', 'issuer'), /idp\.pem holds an RSA key of 1024 bits/)
  assert.throws(() => checkedKey(ec, 'idp.pem', 'issuer'), /idp\.pem holds a key of the kind ec/)
  assert.throws(() => checkedKey('no key', 'idp.pem', 'issuer'), /neither a certificate nor a public key/)
  assert.throws(() => checkedKey(good + rsa(2048), 'idp.pem', 'issuer'), /holds 2 keys or certificates/)
})

test('an authority may have a key of any kind', () => {
  assert.equal(checkedKey(ec, 'authority.pem', 'authority'), ec)
})
