/** What a reader must hear about a conversion: what was lost, changed or could not be understood, and where it stood. */
export type Issue = {
  /** `error`: something of the record is not as it was; `warning`: it is, but not where one would look; `information`. */
  readonly severity: 'error' | 'warning' | 'information'
  readonly text: string
  /** The resource it is about, as `Type/id`. */
  readonly resource?: string
}
