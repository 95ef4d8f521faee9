/** Batches and transactions. https://hl7.org/fhir/R4/http.html#transaction */
import type { Call } from '../../../kernel/ports.ts'
import { asProblem, Problem } from '../../../kernel/problem.ts'
import { httpStatus } from '../../../standards/problems/render.ts'
import type { Resource } from '../../../standards/fhir/types.ts'
import type { FhirServer } from '../server.ts'
import { entryAt, type EntryRequest, type EntryMethod, methodOrder, readEntries, readEntry } from './bundle-entries.ts'
import { bundleText, type EntryText } from './bundle-text.ts'
import type { FhirRequest } from './fhir-request.ts'
import { outcomeOf } from './outcome.ts'
import { asResource } from './prepare.ts'
import { eTag, type Result, versionLocation } from './result.ts'
import { transaction, type TransactionHooks } from './transaction.ts'

export type BundleOptions = {
  /** Entries answer with what was written. */
  readonly representation: boolean
}

export async function bundle(server: FhirServer, call: Call, body: unknown, options: BundleOptions): Promise<Result> {
  const resource = asResource(body, server, 'Bundle')
  const { type } = resource
  if (type === 'transaction') {
    const entries = readEntries(resource, server)
    const results = await transaction(server, call, entries, hooks)
    return answer(
      'transaction-response',
      results.map((result, n) => entryText(entries[n] as EntryRequest, result, server, options)),
    )
  }
  if (type === 'batch') return answer('batch-response', await batch(server, call, resource, options))
  throw new Problem('invalid', 'A Bundle that is posted is a batch or a transaction', {
    at: 'Bundle.type',
    code: { fhir: 'value' },
  })
}

const answer = (type: 'batch-response' | 'transaction-response', entries: EntryText[]): Result => ({
  status: 200,
  body: bundleText({ type, entries }),
})

const hooks: TransactionHooks = {
  read: (server, call, entry) => server.dispatch(server, call, entry.path, requestOf(entry)),
  patch: (server, patch, before) => server.patch(patch, before),
}

/** Entries that have nothing to do with each other; how many at once. */
const atOnce = 8

async function batch(server: FhirServer, call: Call, resource: Resource, options: BundleOptions): Promise<EntryText[]> {
  // The frame must hold; what is wrong within an entry is that entry's affair.
  const frame = readFrame(resource, server)
  const answers: EntryText[] = Array.from({ length: frame.length })
  const one = async (entry: EntryRequest | Problem, n: number) => {
    try {
      if (entry instanceof Problem) throw entry
      answers[n] = entryText(entry, await server.dispatch(server, call, entry.path, requestOf(entry)), server, options)
    } catch (error) {
      const problem = asProblem(error)
      if (problem.kind === 'internal') call.log.error('batch entry failed', { entry: n, error: problem.cause })
      answers[n] = {
        response: {
          status: String(httpStatus(problem)),
          outcome: outcomeOf(problem, (path) => `${entryAt(n)}.resource${path.replace(/^[A-Za-z]+/, '')}`),
        },
      }
    }
  }
  for (const group of groups) {
    const members = frame
      .map((entry, n) => ({ entry, n }))
      .filter(({ entry }) => group.includes(entry instanceof Problem ? 'DELETE' : entry.method))
    await inParallel(members, atOnce, ({ entry, n }) => one(entry, n))
  }
  return answers
}

const groups: readonly (readonly EntryMethod[])[] = methodOrder.map((method) => [method])

function readFrame(resource: Resource, server: FhirServer): (EntryRequest | Problem)[] {
  try {
    return readEntries(resource, server)
  } catch (error) {
    if (!(error instanceof Problem) || !error.at?.startsWith('Bundle.entry[')) throw error
    return (resource.entry as never[]).map((entry, n) => {
      try {
        return readEntry(entry, n, server)
      } catch (problem) {
        return asProblem(problem)
      }
    })
  }
}

async function inParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < items.length) await work(items[next++] as T)
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
}

function requestOf(entry: EntryRequest): FhirRequest {
  const { method, query, ifMatch, ifNoneMatch, ifModifiedSince, ifNoneExist, resource } = entry
  return { method, params: {}, query, ifMatch, ifNoneMatch, ifModifiedSince, ifNoneExist, body: resource }
}

function entryText(
  entry: EntryRequest,
  result: Result,
  server: FhirServer,
  { representation }: BundleOptions,
): EntryText {
  const { status, stored, body } = result
  const isRead = entry.method === 'GET'
  return {
    ...(stored && { fullUrl: `${server.base}${stored.type}/${stored.id}` }),
    ...((isRead || representation) && body !== undefined && { resource: body }),
    response: {
      status: `${status} ${reasons[status] ?? ''}`.trim(),
      ...(result.written && stored && { location: versionLocation(stored) }),
      ...(stored && { etag: eTag(stored.version), lastModified: stored.lastUpdated.toISOString() }),
      ...(result.warnings && { outcome: { resourceType: 'OperationOutcome', issue: result.warnings } }),
    },
  }
}

const reasons: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 204: 'No Content', 304: 'Not Modified' }
