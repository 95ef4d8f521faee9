import type { Mount } from '../../platform/http/port.ts'
import type { Expectations } from '../../standards/ihe/saml/verify.ts'
import { handleSoap, refuseSoap, type SoapDeps } from './soap/dispatch.ts'
import { verifier } from './xua/verifier.ts'
import { transactions } from './transactions/index.ts'

export type SoapMountDeps = Omit<SoapDeps, 'transactions' | 'verify'> & {
  /** Whom we believe now; the same object as long as that does not change. Absent: whom the settings name. */
  readonly expected?: () => Expectations
}

/** The SOAP addresses of the gateway: one for each transaction. */
export function soapMount({ expected, ...given }: SoapMountDeps): Mount {
  const deps = { ...given, verify: verifier(expected ?? (() => given.gateway.settings.xua)) }
  const paths = [...new Set(transactions.map(({ path }) => path))]
  return {
    prefix: '/SOAP',
    routes: paths.map((path) => ({
      method: 'POST',
      path,
      handle: (call, request) => handleSoap({ ...deps, transactions }, call, request),
    })),
    problem: (problem, requestId) => refuseSoap({ ...deps, transactions }, problem, requestId),
  }
}
