import assert from 'node:assert/strict'
import { randomBytes, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { keyFolder } from './key-folder.ts'

test('the made certificates are signed by the made authority, for loopback, and are made once', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const made = keyFolder(folder, ['gateway.example'], new Date(), randomBytes)
  const read = (path: string) => new X509Certificate(readFileSync(path))
  const authority = read(made.caFile)
  const server = read(made.server.certFile)
  const client = read(made.clients['gateway.example']?.certFile ?? '')
  assert.ok(authority.ca && authority.verify(authority.publicKey))
  assert.ok(server.verify(authority.publicKey) && client.verify(authority.publicKey))
  assert.equal(server.checkHost('localhost'), 'localhost')
  assert.equal(server.checkIP('127.0.0.1'), '127.0.0.1')
  assert.equal(client.subject, 'CN=gateway.example')

  keyFolder(folder, ['gateway.example'], new Date(), randomBytes)
  assert.equal(read(made.server.certFile).serialNumber, server.serialNumber)
  keyFolder(folder, ['gateway.example'], new Date(Date.now() + 820 * 86_400_000), randomBytes)
  assert.notEqual(read(made.server.certFile).serialNumber, server.serialNumber)
})
