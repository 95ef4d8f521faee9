import type { Mount } from '../../platform/http/port.ts'
import { handleSoap, refuseSoap, type SoapDeps } from './soap/dispatch.ts'
import { verifier } from './xua/verifier.ts'
import { transactions } from './transactions/index.ts'

/** The SOAP addresses of the gateway: one for each transaction. */
export function soapMount(given: Omit<SoapDeps, 'transactions' | 'verify'>): Mount {
  const deps = { ...given, verify: verifier(given.gateway.settings.xua) }
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
