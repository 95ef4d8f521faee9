import { createPublicKey, type KeyObject } from 'node:crypto'
import { Problem } from '../../kernel/problem.ts'
import type { KeyHolder } from '../../services/ihe-gateway/parse-settings.ts'

/**
 * The PEM text of a file in the gateway's settings, where it is one that can do what it is there for: a key that no
 * assertion will ever be believed by is told when the gateway starts, not to everybody who asks. Throws an `invalid` Problem.
 */
export function checkedKey(pem: string, name: string, holder: KeyHolder): string {
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch (cause) {
    throw new Problem('invalid', `${name} holds neither a certificate nor a public key in PEM`, { cause })
  }
  const found = pem.match(/^-----BEGIN /gm)?.length ?? 0
  if (found > 1)
    throw new Problem('invalid', `${name} holds ${found} keys or certificates: each wants a file of its own`)
  // An authority may sign certificates with whatever Node knows; assertions are signed with RSA (standards/ihe/saml/verify.ts).
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (holder === 'issuer' && (key.asymmetricKeyType !== 'rsa' || bits < 2048))
    throw new Problem(
      'invalid',
      `${name} holds ${kindOf(key, bits)}: assertions are signed with RSA keys of 2,048 bits or more`,
    )
  return pem
}

function kindOf({ asymmetricKeyType }: KeyObject, bits: number): string {
  return asymmetricKeyType === 'rsa'
    ? `an RSA key of ${bits} bits`
    : `a key of the kind ${asymmetricKeyType ?? 'unknown'}`
}
