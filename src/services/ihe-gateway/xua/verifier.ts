import { hash } from 'node:crypto'
import type { Assertion } from '../../../standards/ihe/saml/assertion.ts'
import {
  assertionShown,
  checkConditions,
  type Expectations,
  verifyAssertion,
} from '../../../standards/ihe/saml/verify.ts'
import type { SourcedXml } from '../../../standards/xml/read.ts'

export type Verifier = (message: SourcedXml, now: Date) => Assertion

/**
 * Verifies a signature once for each assertion, signature and all, that is shown again and again: whoever can show it
 * whole holds what the first one held, and nothing outside it is believed. Times are looked at each time. `expected` gives
 * the same object as long as nothing has changed.
 */
export function verifier(expected: () => Expectations, maxEntries = 5000, maxAgeMs = 600_000): Verifier {
  const verified = new Map<string, { assertion: Assertion; at: number }>()
  let believed = expected()
  return (message, now) => {
    const expectations = expected()
    // What an issuer signed is not believed any longer than the issuer is.
    if (expectations !== believed) verified.clear()
    believed = expectations
    const shown = assertionShown(message.root)
    if (!shown) return verifyAssertion(message, expectations, now)
    // Its very text, with the namespaces around it: what is the same text is the same assertion.
    const key = hash('sha256', message.sourceOf(shown), 'base64')
    const known = verified.get(key)
    if (known && now.getTime() - known.at < maxAgeMs) {
      checkConditions(known.assertion, expectations, now)
      return known.assertion
    }
    const assertion = verifyAssertion(message, expectations, now)
    verified.delete(key)
    verified.set(key, { assertion, at: now.getTime() })
    if (verified.size > maxEntries) verified.delete(verified.keys().next().value!)
    return assertion
  }
}
