/** A request to the FHIR API, by HTTP or as an entry of a bundle. */
export type FhirRequest = {
  readonly method: string
  /** From the path: `type`, `id`, `versionId` … */
  readonly params: Readonly<Record<string, string>>
  /** After the question mark, undecoded; for POST _search the form's as well. */
  readonly query: string
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly ifModifiedSince?: string | undefined
  readonly ifNoneExist?: string | undefined
  /** `Prefer: handling=strict` */
  readonly strict?: boolean | undefined
  /** `Prefer: return=representation`, or nothing preferred where that is the custom. */
  readonly representation?: boolean | undefined
  /** Parsed; undefined where there was none. */
  readonly body?: unknown
  readonly contentType?: string | undefined
}
