import type { Mount } from '../../../platform/http/port.ts'
import { httpStatus } from '../../../standards/problems/render.ts'
import type { TransactionLog } from '../audit/port.ts'
import { gatewayPage } from './page.ts'

export function operatorsMount(log: TransactionLog, clock: () => Date): Mount {
  return {
    prefix: '/gateway',
    routes: [
      {
        method: 'GET',
        path: '/gateway',
        async handle(call) {
          const page = gatewayPage(await log.recent(call, 200), clock())
          return {
            status: 200,
            headers: {
              'content-type': 'text/html; charset=utf-8',
              'cache-control': 'no-store',
              'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
            },
            body: page,
          }
        },
      },
    ],
    problem: (problem, requestId) => ({
      status: httpStatus(problem),
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: `${problem.message} (${requestId})\n`,
    }),
  }
}
