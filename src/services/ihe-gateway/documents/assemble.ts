import { Buffer } from 'node:buffer'
import { hash as digest } from 'node:crypto'
import { Problem } from '../../../kernel/problem.ts'
import { serialiseUtf8 } from '../../../standards/xml/serialise.ts'
import { cached } from '../cached.ts'
import { nhsNumberCx, uuidOid } from '../identifiers.ts'
import { recordProblem } from '../registry/problems.ts'
import { locate } from '../registry/patient.ts'
import type { RecordWarning } from '../sources/port.ts'
import type { Context } from '../transactions/transaction.ts'
import type { OfferedDocument } from './port.ts'

export type AssembledDocument = {
  readonly bytes: Buffer
  /** Of the document that an on-demand entry was turned into. */
  readonly newUniqueId?: string
  /** What the record does not hold, though it was asked for. The reader of the document is told in it; the EHR here. */
  readonly warnings: readonly string[]
}

/**
 * The document's bytes: from the cache, or the record is asked for and converted. Whoever asks, the patient is located
 * again first, so that a restriction or a death since then counts at once.
 */
export async function assemble(context: Context, document: OfferedDocument): Promise<AssembledDocument> {
  const { call, asking, gateway } = context
  const patient = await locate(context, document.nhsNumber, nhsNumberCx(document.nhsNumber))
  const { value } = await cached<AssembledDocument>(
    gateway,
    call,
    {
      key: {
        kind: 'document',
        subject: document.nhsNumber,
        view: JSON.stringify([
          call.tenant,
          document.uniqueId,
          asking.organisation.odsCode,
          asking.role.code,
          patient.practice,
          gateway.settings.areas,
        ]),
      },
      ttlSeconds: gateway.settings.documentLifetimeSeconds,
      encode: ({ bytes, ...about }) =>
        Buffer.concat([
          Buffer.from(`${JSON.stringify(about)}
`),
          bytes,
        ]),
      decode: (kept) => {
        const at = kept.indexOf(0x0a)
        const about = JSON.parse(kept.toString('utf8', 0, at)) as Omit<AssembledDocument, 'bytes'>
        return { ...about, bytes: kept.subarray(at + 1) }
      },
    },
    (loading) => build({ ...context, call: loading }, document, patient),
  )
  return value
}

async function build(
  context: Context,
  document: OfferedDocument,
  patient: Awaited<ReturnType<typeof locate>>,
): Promise<AssembledDocument> {
  const { call, gateway, now } = context
  const at = document.content?.creationTime ?? new Date(Math.floor(now.getTime() / 1000) * 1000)
  // The id of the answer is that of the request to the practice. The document has one of its own, and is the same bytes
  // whenever it is built again.
  const newUniqueId = document.offer === 'on-demand' ? uuidOid(gateway.ids()) : undefined
  const { bytes, warnings } = await converted(context, patient, newUniqueId ?? document.uniqueId, at)
  if (newUniqueId !== undefined) return { bytes, newUniqueId, warnings }
  const hash = digest('sha1', bytes, 'hex')
  const fixed = await gateway.documents.fix(call, document.uniqueId, { creationTime: at, hash, size: bytes.length })
  if (fixed.hash !== hash) {
    // The record has changed since the document was fixed, and its bytes are no longer kept. A stable document never
    // differs: this one is over, and the next query offers another.
    await gateway.documents.deprecate(call, document.uniqueId)
    throw new Problem('gone', 'The document is no longer kept; query again for the current one', {
      code: { xds: 'XDSDocumentUniqueIdError' },
    })
  }
  return { bytes, warnings }
}

/** Of the record nothing is held on to while the database is waited for: the bytes are all that goes on. */
async function converted(
  { call, asking, gateway }: Context,
  patient: Awaited<ReturnType<typeof locate>>,
  id: string,
  at: Date,
): Promise<{ bytes: Buffer; warnings: readonly string[] }> {
  const answer = await gateway.sources.structuredRecord(call, asking, patient, gateway.settings.areas)
  if (answer.outcome !== 'record') throw recordProblem(answer)
  const bytes = await gateway.tracer.within(call, 'convert', async (_call, span) => {
    const { value, issues } = gateway.convert({ ...answer.bundle, id }, at)
    if (issues.length) call.log.info('document.issues', { count: issues.length })
    const written = serialiseUtf8(value)
    span.set({ 'weft.document.issues': issues.length, 'weft.document.bytes': written.length })
    return written
  })
  return { bytes, warnings: answer.warnings.map(warningText) }
}

function warningText(warning: RecordWarning): string {
  if (warning.warning === 'area-not-given')
    return `The practice’s system does not give ${warning.area ?? 'a part of what was asked for'}`
  return `${warningTexts[warning.warning]}${warning.list === undefined ? '' : ` (list ${warning.list})`}`
}

const warningTexts = {
  'confidential-items': 'Items are left out as confidential',
  'data-in-transit': 'Data of a former practice is still in transit',
  'data-awaiting-filing': 'Data is waiting to be filed',
  other: 'The practice says that the record is not complete',
} as const
