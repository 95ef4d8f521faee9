import assert from 'node:assert/strict'
import { randomBytes, X509Certificate } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
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

test('processes that begin at once in an empty folder end with certificates that fit each other', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const module = join(import.meta.dirname, 'key-folder.ts')
  const source = `
    import { randomBytes, X509Certificate, createPrivateKey } from 'node:crypto'
    import { readFileSync } from 'node:fs'
    import { keyFolder } from ${JSON.stringify(module)}
    const made = keyFolder(${JSON.stringify(folder)}, ['a.example'], new Date(), randomBytes)
    const ca = new X509Certificate(readFileSync(made.caFile))
    for (const { keyFile, certFile } of [made.server, made.clients['a.example']]) {
      const leaf = new X509Certificate(readFileSync(certFile))
      if (!leaf.verify(ca.publicKey) || !leaf.checkPrivateKey(createPrivateKey(readFileSync(keyFile)))) process.exit(1)
    }`
  const codes = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'inherit' })
      return ((await once(child, 'exit')) as [number])[0]
    }),
  )
  assert.deepEqual(codes, [0, 0, 0, 0])
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.part')),
    [],
  )
})
