import type { FuzzRequest } from './requests.ts'

export type FuzzResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

type Outcome = { resourceType?: string; issue?: { code?: string; diagnostics?: string; expression?: string[] }[] }
type Body = Outcome & { type?: string; entry?: { response?: { status?: string; outcome?: Outcome } }[] }

/** What is wrong with an answer, or undefined. A refusal is right when it says why and where. */
export function findFault(request: FuzzRequest, response: FuzzResponse): string | undefined {
  const { status, body } = response
  if (status >= 500 && status !== 501) return `answered ${status}`
  if (request.method === 'HEAD' || body === '')
    return status < 400 || request.method === 'HEAD' ? undefined : `${status} without a body`
  const isJson = /[/+]json/.test(response.headers['content-type'] ?? '')
  if (!isJson) return status < 400 ? undefined : `${status} that is not JSON`
  let value: Body
  try {
    value = JSON.parse(body) as Body
  } catch {
    return `${status} whose body is not JSON`
  }
  if (status >= 400) return outcomeFault(status, value)
  return request.interaction === 'batch' && value.type === 'batch-response' ? entryFault(value) : undefined
}

function entryFault({ entry = [] }: Body): string | undefined {
  for (const { response } of entry) {
    const status = Number.parseInt(response?.status ?? '', 10)
    if (!(status >= 100)) return 'an entry has no status'
    if (status >= 500 && status !== 501) return `an entry was answered ${status}`
    const fault = status >= 400 ? outcomeFault(status, response?.outcome ?? {}) : undefined
    if (fault) return `an entry's ${fault}`
  }
  return undefined
}

function outcomeFault(status: number, { resourceType, issue }: Outcome): string | undefined {
  if (resourceType !== 'OperationOutcome' || !issue?.length) return `${status} without an OperationOutcome`
  for (const { code, diagnostics, expression } of issue) {
    if (!code || !diagnostics) return `${status} without a reason`
    if (!expression?.[0]) return `${status} without an expression: ${diagnostics}`
  }
  return undefined
}
