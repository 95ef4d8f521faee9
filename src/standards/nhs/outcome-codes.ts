/** Codes and texts of an OperationOutcome, whatever version of FHIR and whichever code system spelled them. */
export type OutcomeCode = {
  readonly severity: string
  readonly issueCode: string
  /** `details.coding[].code`; undefined where the issue has none. */
  readonly code: string | undefined
  readonly system: string | undefined
  readonly display: string | undefined
  readonly text: string | undefined
  readonly diagnostics: string | undefined
}

/** Nothing, where the value is no OperationOutcome. */
export function outcomeCodes(value: unknown): OutcomeCode[] {
  if (!isObject(value) || value['resourceType'] !== 'OperationOutcome') return []
  return objects(value['issue']).flatMap((issue) => {
    const details = isObject(issue['details']) ? issue['details'] : {}
    const codings = objects(details['coding'])
    return (codings.length > 0 ? codings : [{}]).map((coding: Record<string, unknown>) => ({
      severity: text(issue['severity']) ?? 'error',
      issueCode: text(issue['code']) ?? '',
      code: text(coding['code']),
      system: text(coding['system']),
      display: text(coding['display']),
      text: text(details['text']),
      diagnostics: text(issue['diagnostics']),
    }))
  })
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const objects = (value: unknown) => (Array.isArray(value) ? value.filter(isObject) : [])
const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
