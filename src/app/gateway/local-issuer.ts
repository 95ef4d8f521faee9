import { generateKeyPairSync } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type LocalIssuer = {
  /** As it stands in the assertions. */
  readonly issuer: string
  /** PEM. */
  readonly publicKey: string
  readonly privateKey: string
}

/**
 * The issuer that a gateway without settings trusts: a key pair made on this machine, for whoever can read its files.
 * `weft gateway assertion` signs with it.
 */
export function localIssuer(folder: string): LocalIssuer {
  const file = join(folder, 'gateway', 'issuer.json')
  if (!existsSync(file)) {
    mkdirSync(join(folder, 'gateway'), { recursive: true, mode: 0o700 })
    const made = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    const part = `${file}.${process.pid}.part`
    writeFileSync(part, JSON.stringify({ issuer: 'urn:weft:local-issuer', ...made }), { mode: 0o600 })
    try {
      // Processes that start together take the key of the first.
      linkSync(part, file)
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
    } finally {
      unlinkSync(part)
    }
  }
  return JSON.parse(readFileSync(file, 'utf8')) as LocalIssuer
}
