/** Any resource as it came over the wire. Decimals whose digits a number would lose are `JSON.rawJSON` objects (json.ts). */
export type Resource = { resourceType: string; id?: string; meta?: Meta; [element: string]: unknown }
export type Meta = { versionId?: string; lastUpdated?: string; [element: string]: unknown }

export type Bundle = {
  resourceType: 'Bundle'
  id?: string
  type: string
  total?: number
  link?: BundleLink[]
  entry?: BundleEntry[]
  [element: string]: unknown
}
export type BundleLink = { relation: string; url: string }
export type BundleEntry = {
  fullUrl?: string
  resource?: Resource
  request?: {
    method: string
    url: string
    ifNoneExist?: string
    ifMatch?: string
    ifNoneMatch?: string
    ifModifiedSince?: string
  }
  response?: { status: string; location?: string; etag?: string; lastModified?: string; outcome?: Resource }
  search?: { mode: 'match' | 'include' | 'outcome'; score?: number }
  [element: string]: unknown
}

export type OperationOutcome = { resourceType: 'OperationOutcome'; issue: OutcomeIssue[] }
/** https://hl7.org/fhir/R4/operationoutcome.html */
export type OutcomeIssue = {
  severity: 'fatal' | 'error' | 'warning' | 'information'
  code: string
  diagnostics?: string
  expression?: string[]
}
