import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { certificate } from './certificate.ts'

export type KeyFolder = {
  readonly caFile: string
  readonly server: { readonly keyFile: string; readonly certFile: string }
  /** By common name. */
  readonly clients: Readonly<Record<string, { readonly keyFile: string; readonly certFile: string }>>
  /** RSA, for the token endpoint. */
  readonly applicationKeyFile: string
  readonly applicationPublicKey: KeyObject
}

const authorityName = 'Weft NHS simulator CA'
const dayMs = 86_400_000

/**
 * A certificate authority, a server certificate for loopback and a client certificate for each name, made where they
 * are missing or end within a month. For the simulator alone: the authority's key lies beside them.
 */
export function keyFolder(
  folder: string,
  clientNames: readonly string[],
  now: Date,
  randomBytes: (size: number) => Buffer,
): KeyFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = (name: string) => join(folder, name)
  const write = (name: string, text: string) => {
    // Another process may be reading: it sees the old file or the new one.
    const part = file(`${name}.${randomBytes(6).toString('hex')}.part`)
    writeFileSync(part, text, { mode: 0o600 })
    renameSync(part, file(name))
  }
  const stale = (name: string) => {
    if (!existsSync(file(name))) return true
    return new X509Certificate(readFileSync(file(name))).validToDate.getTime() < now.getTime() + 30 * dayMs
  }
  const make = (name: string, commonName: string, usage: 'authority' | 'server' | 'client', signer?: KeyObject) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = certificate({
      commonName,
      publicKey,
      ...(signer && { issuer: { commonName: authorityName } }),
      signingKey: signer ?? privateKey,
      serial: Buffer.concat([Buffer.of(1), randomBytes(15)]),
      from: new Date(now.getTime() - dayMs),
      until: new Date(now.getTime() + 825 * dayMs),
      usage,
      ...(usage === 'server' && { dnsNames: ['localhost'], addresses: ['127.0.0.1'] }),
    })
    write(`${name}-key.pem`, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    write(`${name}.pem`, pem)
    return privateKey
  }

  const newAuthority = stale('ca.pem')
  const signer = newAuthority
    ? make('ca', authorityName, 'authority')
    : createPrivateKey(readFileSync(file('ca-key.pem')))
  const issued = (name: string, commonName: string, usage: 'server' | 'client') => {
    if (newAuthority || stale(`${name}.pem`)) make(name, commonName, usage, signer)
    return { keyFile: file(`${name}-key.pem`), certFile: file(`${name}.pem`) }
  }
  const server = issued('server', 'localhost', 'server')
  const clients = Object.fromEntries(
    clientNames.map((name) => [name, issued(`client-${name.replaceAll(/[^\w.-]/g, '_')}`, name, 'client')]),
  )
  if (!existsSync(file('application-key.pem'))) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    write('application-key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  }
  return {
    caFile: file('ca.pem'),
    server,
    clients,
    applicationKeyFile: file('application-key.pem'),
    applicationPublicKey: createPublicKey(readFileSync(file('application-key.pem'))),
  }
}
