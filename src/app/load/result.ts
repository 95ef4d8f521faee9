/** What the server said to a parcel: how many resources are in, and what failed and why. */
import type { Bundle, OperationOutcome } from '../../standards/fhir/types.ts'
import type { Parcel } from './parcels.ts'

export type Failure = { readonly place: string; readonly reason: string }
export type ParcelResult = { readonly loaded: number; readonly failures: readonly Failure[] }

export function readResult({ places, resources }: Parcel, answer: { status: number; body: string }): ParcelResult {
  const body = parse(answer.body)
  if (answer.status >= 400) {
    const whole = places.length > 1 ? (places[0] ?? '').replace(/ (entry\[0\]|line \d+)$/, '') : (places[0] ?? '')
    return { loaded: 0, failures: [{ place: whole, reason: reasonOf(answer.status, body) }] }
  }
  if (body?.resourceType !== 'Bundle') return { loaded: resources, failures: [] }
  const failures = ((body as Bundle).entry ?? []).flatMap((entry, index): Failure[] => {
    const status = Number.parseInt(entry.response?.status ?? '200', 10)
    if (status < 400) return []
    const outcome = entry.response?.outcome ?? entry.resource
    return [{ place: places[index] ?? `entry[${index}]`, reason: reasonOf(status, outcome) }]
  })
  return { loaded: resources - failures.length, failures }
}

const shownIssues = 3

function reasonOf(status: number, outcome: unknown): string {
  const issues = (outcome as Partial<OperationOutcome> | undefined)?.issue ?? []
  const wrong = issues.filter(({ severity }) => severity === 'error' || severity === 'fatal')
  const said = wrong.slice(0, shownIssues).map(({ diagnostics, code, expression }) => {
    const at = expression?.[0]
    const text = diagnostics ?? code
    return at !== undefined && !text.includes(at) ? `${at}: ${text}` : text
  })
  const more = wrong.length > shownIssues ? ` (and ${wrong.length - shownIssues} more)` : ''
  return `${status} ${said.join('; ')}${more}`.trimEnd()
}

function parse(text: string): { resourceType?: string } | undefined {
  try {
    return JSON.parse(text) as { resourceType?: string }
  } catch {
    return undefined
  }
}
