/** What is in a file, as the requests that bring it in. */
import { open, readFile } from 'node:fs/promises'
import { asProblem, Problem } from '../../kernel/problem.ts'
import { parseJson } from '../../standards/fhir/json.ts'
import type { Bundle, BundleEntry, Resource } from '../../standards/fhir/types.ts'
import type { SubmitRequest } from '../in-process.ts'
import { isNdjson } from './files.ts'

/** A request and what it carries; `places` says where each entry came from. */
export type Parcel = {
  readonly request: SubmitRequest
  readonly resources: number
  readonly places: readonly string[]
  /** Where each entry is written; undefined where the server gives the address, or a condition finds it. */
  readonly addresses: readonly (string | undefined)[]
  /** Something the reader should know, such as a Bundle that was taken apart. */
  readonly remark?: string
}
/** What could not be read as a record at all. */
export type Unreadable = { readonly place: string; readonly reason: string }

const linesAtOnce = 200

export async function* parcelsOf(file: string): AsyncGenerator<Parcel | Unreadable> {
  try {
    if (isNdjson(file)) return yield* linesOf(file)
    const text = await readFile(file, 'utf8')
    yield parcelOf(parseJson(text), text, file)
  } catch (error) {
    yield { place: file, reason: reasonOf(error) }
  }
}

/** `text` is sent where the record goes as it stands. */
export function parcelOf(record: unknown, text: string, file: string): Parcel {
  if (!isResource(record)) throw new Problem('invalid', 'This is not a FHIR resource: it has no resourceType')
  if (record.resourceType !== 'Bundle') {
    const { method, url } = requestFor(record)
    const addresses = [method === 'PUT' ? url : undefined]
    return { request: { method, path: `/fhir/${url}`, body: text }, resources: 1, places: [file], addresses }
  }
  const bundle = record as Bundle
  const entries = bundle.entry ?? []
  const places = entries.map((_, index) => `${file} entry[${index}]`)
  const common = { resources: entries.length, places, addresses: entries.map(addressOf) }
  if (bundle.type === 'transaction' || bundle.type === 'batch')
    return { ...common, request: { method: 'POST', path: '/fhir', body: text } }
  if (bundle.type !== 'collection' && bundle.type !== 'searchset')
    throw new Problem(
      'unsupported',
      `A Bundle of type ${bundle.type} is one thing with a meaning of its own: store it with PUT /fhir/Bundle/…`,
    )
  const resources = entries.flatMap(({ resource }) => (resource ? [resource] : []))
  // Only a transaction makes of the bundle's own links what they lead to.
  if (isLinked(entries, text))
    return {
      ...common,
      request: { method: 'POST', path: '/fhir', body: JSON.stringify(transactionOf(entries)) },
      remark: `${file}: a ${bundle.type} whose entries refer to each other, loaded as one transaction`,
    }
  return {
    ...common,
    request: { method: 'POST', path: '/fhir', body: JSON.stringify(batchOf(resources)) },
    remark: `${file}: a ${bundle.type}, loaded entry by entry as a batch`,
  }
}

async function* linesOf(file: string): AsyncGenerator<Parcel | Unreadable> {
  let resources: Resource[] = []
  let places: string[] = []
  const addresses = new Set<string>()
  const parcel = (): Parcel => {
    const made = {
      request: { method: 'POST', path: '/fhir', body: JSON.stringify(batchOf(resources)) },
      resources: resources.length,
      places,
      addresses: resources.map((resource) => addressOf({ resource })),
    } as const
    resources = []
    places = []
    addresses.clear()
    return made
  }
  let number = 0
  const handle = await open(file)
  for await (const line of handle.readLines()) {
    number++
    if (line.trim() === '') continue
    const place = `${file} line ${number}`
    try {
      const record = parseJson(line)
      if (!isResource(record)) throw new Problem('invalid', 'This is not a FHIR resource: it has no resourceType')
      const { method, url } = requestFor(record)
      // Entries of a batch have no order; of two lines with one id, the later one is what holds.
      if (method === 'PUT' && addresses.has(url)) yield parcel()
      if (method === 'PUT') addresses.add(url)
      resources.push(record)
      places.push(place)
    } catch (error) {
      yield { place, reason: reasonOf(error) }
    }
    if (resources.length >= linesAtOnce) yield parcel()
  }
  if (resources.length > 0) yield parcel()
}

function batchOf(resources: readonly Resource[]): Bundle {
  const entry: BundleEntry[] = resources.map((resource) => ({ resource, request: requestFor(resource) }))
  return { resourceType: 'Bundle', type: 'batch', entry }
}

/** Whether an entry's own address, a `urn:uuid:…`, stands anywhere else too. */
function isLinked(entries: readonly BundleEntry[], text: string): boolean {
  const found = new Map<string, number>()
  for (const [link] of text.matchAll(/(?<=")urn:(?:uuid|oid):[^"]+/g)) found.set(link, (found.get(link) ?? 0) + 1)
  return entries.some(({ fullUrl }) => (found.get(fullUrl ?? '') ?? 0) > 1)
}

function transactionOf(entries: readonly BundleEntry[]): Bundle {
  const entry = entries.flatMap(({ fullUrl, resource }): BundleEntry[] =>
    resource ? [{ ...(fullUrl !== undefined && { fullUrl }), resource, request: requestFor(resource) }] : [],
  )
  return { resourceType: 'Bundle', type: 'transaction', entry }
}

/** `Patient/1` of what an entry writes there. */
function addressOf({ resource, request }: BundleEntry): string | undefined {
  const { method, url } = request ?? (resource ? requestFor(resource) : { method: 'GET', url: '' })
  return method === 'POST' || method === 'GET' || url.includes('?') ? undefined : url.replace(/^\//, '')
}

/** The batch without the entries at these places in it; undefined for what stands or falls as a whole. */
export function withoutEntries(parcel: Parcel, left: ReadonlySet<number>): Parcel | undefined {
  const bundle = parseJson(parcel.request.body ?? '{}') as Bundle
  if (bundle.resourceType !== 'Bundle' || bundle.type !== 'batch') return undefined
  const stays = <T>(_: T, index: number) => !left.has(index)
  const body = JSON.stringify({ ...bundle, entry: (bundle.entry ?? []).filter(stays) })
  return {
    request: { ...parcel.request, body },
    resources: parcel.resources - left.size,
    places: parcel.places.filter(stays),
    addresses: parcel.addresses.filter(stays),
  }
}

/** Under its own id, so that loading twice leaves what loading once did. */
const requestFor = ({ resourceType, id }: Resource) =>
  id === undefined ? { method: 'POST', url: resourceType } : { method: 'PUT', url: `${resourceType}/${id}` }

const isResource = (value: unknown): value is Resource =>
  typeof value === 'object' && value !== null && typeof (value as Resource).resourceType === 'string'

const reasonOf = (error: unknown) => {
  if ((error as { code?: unknown }).code === 'ENOENT') return 'There is no such file'
  const problem = asProblem(error)
  return problem.kind === 'internal' && error instanceof Error ? error.message : problem.message
}
