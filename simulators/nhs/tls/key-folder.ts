import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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
 * are missing or end within a month. For the simulator alone: the authority's key lies beside them. Several processes may
 * begin here at once: a key and its certificate are one file, which is there whole or not at all.
 */
export function keyFolder(
  folder: string,
  clientNames: readonly string[],
  now: Date,
  randomBytes: (size: number) => Buffer,
): KeyFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = (name: string) => join(folder, name)
  const placed = (name: string, text: string, place: (part: string, whole: string) => void) => {
    const part = file(`${name}.${randomBytes(6).toString('hex')}.part`)
    writeFileSync(part, text, { mode: 0o600 })
    place(part, file(name))
    rmSync(part, { force: true })
  }
  const pair = (commonName: string, usage: 'authority' | 'server' | 'client', signer?: KeyObject) => {
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
    return `${privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()}${pem}`
  }
  const lasting = (name: string): X509Certificate | undefined => {
    if (!existsSync(file(name))) return undefined
    const found = new X509Certificate(readFileSync(file(name)))
    return found.validToDate.getTime() > now.getTime() + 30 * dayMs ? found : undefined
  }

  if (existsSync(file('authority.pem')) && !lasting('authority.pem')) rmSync(file('authority.pem'), { force: true })
  if (!existsSync(file('authority.pem'))) placed('authority.pem', pair(authorityName, 'authority'), firstStays)
  const authority = new X509Certificate(readFileSync(file('authority.pem')))
  const signer = createPrivateKey(readFileSync(file('authority.pem')))
  placed('ca.pem', authority.toString(), renameSync)

  const issued = (name: string, commonName: string, usage: 'server' | 'client') => {
    const leaf = `${name}.pem`
    if (!lasting(leaf)?.verify(authority.publicKey)) placed(leaf, pair(commonName, usage, signer), renameSync)
    return { keyFile: file(leaf), certFile: file(leaf) }
  }
  const server = issued('server', 'localhost', 'server')
  const clients = Object.fromEntries(
    clientNames.map((name) => [name, issued(`client-${name.replaceAll(/[^\w.-]/g, '_')}`, name, 'client')]),
  )
  if (!existsSync(file('application-key.pem'))) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    placed('application-key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), firstStays)
  }
  return {
    caFile: file('ca.pem'),
    server,
    clients,
    applicationKeyFile: file('application-key.pem'),
    applicationPublicKey: createPublicKey(readFileSync(file('application-key.pem'))),
  }
}

/** Another process may have been quicker: then its file is everybody's. */
function firstStays(part: string, whole: string): void {
  try {
    linkSync(part, whole)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
  }
}
