import { type KeyObject, sign } from 'node:crypto'
import { bits, integer, octets, oid, sequence, set, tagged, time, utf8, yes } from './der.ts'

export type CertificateInput = {
  readonly commonName: string
  readonly publicKey: KeyObject
  /** Absent: signed by its own key, a certificate authority. */
  readonly issuer?: { readonly commonName: string }
  /** An EC key, P-256. */
  readonly signingKey: KeyObject
  readonly serial: Buffer
  readonly from: Date
  readonly until: Date
  readonly dnsNames?: readonly string[]
  /** IPv4. */
  readonly addresses?: readonly string[]
  readonly usage: 'authority' | 'server' | 'client'
  /** Another than SHA-256, for those who must refuse it. */
  readonly hash?: 'sha1'
}

/** An X.509 certificate, version 3, as PEM. https://www.rfc-editor.org/rfc/rfc5280 */
export function certificate(input: CertificateInput): string {
  const { hash = 'sha256' } = input
  const algorithm = sequence(oid(hash === 'sha1' ? '1.2.840.10045.4.1' : '1.2.840.10045.4.3.2'))
  const content = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(input.serial),
    algorithm,
    nameOf(input.issuer?.commonName ?? input.commonName),
    sequence(time(input.from), time(input.until)),
    nameOf(input.commonName),
    input.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensionsOf(input))),
  )
  const der = sequence(content, algorithm, bits(sign(hash, content, input.signingKey)))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

const nameOf = (commonName: string) => sequence(set(sequence(oid('2.5.4.3'), utf8(commonName))))

function extensionsOf(input: CertificateInput): Buffer[] {
  const authority = input.usage === 'authority'
  const extension = (id: string, value: Buffer, critical = false) =>
    sequence(oid(id), ...(critical ? [yes()] : []), octets(value))
  const names = [
    ...(input.dnsNames ?? []).map((name) => tagged(0x82, Buffer.from(name))),
    ...(input.addresses ?? []).map((address) => tagged(0x87, Buffer.from(address.split('.').map(Number)))),
  ]
  return [
    extension('2.5.29.19', authority ? sequence(yes()) : sequence(), true),
    // keyCertSign and cRLSign, or digitalSignature
    extension('2.5.29.15', authority ? bits(Buffer.of(0x06), 1) : bits(Buffer.of(0x80), 7), true),
    ...(authority
      ? []
      : [extension('2.5.29.37', sequence(oid(`1.3.6.1.5.5.7.3.${input.usage === 'server' ? 1 : 2}`)))]),
    ...(names.length > 0 ? [extension('2.5.29.17', sequence(...names))] : []),
  ]
}
