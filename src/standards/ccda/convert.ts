import { readGpConnectRecord } from '../gp-connect/read-record.ts'
import type { XmlElement } from '../xml/element.ts'
import { openDesk } from './desk.ts'
import { ccd } from './document.ts'
import type { Issue } from './issue.ts'
import { type LedgerLine, openLedger } from './ledger.ts'
import type { HealthRecord } from './record.ts'

export type Conversion = {
  /** The document, for standards/xml/serialise.ts. */
  readonly value: XmlElement
  readonly issues: readonly Issue[]
  /**
   * One line for each resource of the record: where it is, what it supports, or why it is left out. Written when it is first
   * asked for, which a gateway never does.
   */
  readonly ledger: readonly LedgerLine[]
}

/**
 * A GP Connect record as a C-CDA R2.1 Continuity of Care Document. `bundle` is the Bundle as standards/fhir/json.ts reads
 * it (digits kept); `at` is when the document is made. The same bundle and time give the same document. Poor content is
 * told in `issues`; a Problem is thrown only for what is no GP record at all.
 */
export function convertToCcda(bundle: unknown, at: Date): Conversion {
  return convertRecord(readGpConnectRecord(bundle), at)
}

export function convertRecord(record: HealthRecord, at: Date): Conversion {
  const ledger = openLedger(record)
  const issues: Issue[] = [...record.issues]
  const desk = openDesk(record, ledger, (issue) => void issues.push(issue))
  const value = ccd(record, at, desk)
  let lines: readonly LedgerLine[] | undefined
  return {
    value,
    issues,
    get ledger() {
      return (lines ??= ledger.lines())
    },
  }
}
