/** What an interaction answers, before it takes the shape of an HTTP response or of a bundle entry. */
import type { OutcomeIssue } from '../../../standards/fhir/types.ts'
import type { Stored } from '../store/port.ts'

export type Result = {
  readonly status: number
  /** JSON text of the resource. */
  readonly body?: string
  /** Of the resource that was read or written. */
  readonly stored?: { readonly type: string; readonly id: string; readonly version: number; readonly lastUpdated: Date }
  /** The write made a version: the answer has a Location. */
  readonly written?: true
  /** What was accepted although it breaks rules. */
  readonly warnings?: readonly OutcomeIssue[]
  /** By a delete. */
  readonly deleted?: number
}

export const readResult = (stored: Stored): Result => ({ status: 200, stored, body: stored.document as string })

export const eTag = (version: number): string => `W/"${version}"`

/** `Type/id/_history/version`, relative to the base. */
export const versionLocation = ({ type, id, version }: { type: string; id: string; version: number }): string =>
  `${type}/${id}/_history/${version}`
