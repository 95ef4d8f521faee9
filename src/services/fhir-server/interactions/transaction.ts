/** All of a bundle or nothing of it. https://hl7.org/fhir/R4/http.html#transaction */
import { setImmediate } from 'node:timers/promises'
import type { Call } from '../../../kernel/ports.ts'
import { Problem } from '../../../kernel/problem.ts'
import { parseJson } from '../../../standards/fhir/json.ts'
import type { OutcomeIssue, Resource } from '../../../standards/fhir/types.ts'
import type { FhirServer } from '../server.ts'
import type { Change, Key, Stored } from '../store/port.ts'
import { entryAt, type EntryRequest } from './bundle-entries.ts'
import { conditionalReferences, isConditional, resolveReferences, type Undo } from './bundle-references.ts'
import { conditionLock, conditionOf, foundResult, refuseOther, theOneMatch } from './conditional.ts'
import { asResource, checkId, deleteChange, putChange } from './prepare.ts'
import type { Result } from './result.ts'
import { matchingKeys } from './search-run.ts'
import { ValidationProblem } from './validation-problem.ts'
import { inEntry, within } from './within-entry.ts'
import { again, checkAbsent, checkVersion } from './write.ts'

/** What an entry turned out to be, once its conditions were looked up. */
type Plan =
  | {
      readonly do: 'put'
      readonly entry: EntryRequest
      readonly key: Key
      readonly resource: Resource
      /** Its condition matched nothing. */
      readonly isNew?: true
    }
  | { readonly do: 'patch'; readonly entry: EntryRequest; readonly key: Key }
  | { readonly do: 'found'; readonly entry: EntryRequest; readonly result: Result & { stored: Key } }
  /** Its condition is that of an entry before it, which creates what it asks for. */
  | { readonly do: 'same'; readonly entry: EntryRequest; readonly as: Plan & { readonly do: 'put' } }
  | { readonly do: 'delete'; readonly entry: EntryRequest; readonly keys: readonly Key[] }
  | { readonly do: 'read'; readonly entry: EntryRequest }

/** Reads inside the transaction, after its writes; and applies a patch. Given by the caller, which knows all interactions. */
export type TransactionHooks = {
  readonly read: (server: FhirServer, call: Call, entry: EntryRequest) => Promise<Result>
  readonly patch: (server: FhirServer, patch: Resource, before: Resource) => Resource
}

/** Results in the order of the entries. */
export async function transaction(
  server: FhirServer,
  call: Call,
  entries: readonly EntryRequest[],
  hooks: TransactionHooks,
): Promise<Result[]> {
  for (const entry of entries) checkEntry(entry, server)
  const locks = entries.flatMap(conditionOfEntry).map(({ type, query }) => conditionLock(type, query))
  const plain = isPlain(entries)
  let inTurn: readonly string[] | undefined
  return again(undefined, async () => {
    // What a try that failed has put into the resources must not be seen by the next.
    const undo: Undo[] = []
    const isAlone = plain && !inTurn
    const held = [...locks, ...(inTurn ?? [])]
    // Bundles that met another writer stand in line, so that all come through.
    inTurn = ['write bundle']
    try {
      return isAlone
        ? await attempt(server, call, entries, hooks, undo)
        : await server.store.transaction(call, held, (store) =>
            attempt({ ...server, store }, call, entries, hooks, undo),
          )
    } catch (error) {
      for (const restore of undo.reverse()) restore()
      throw error
    }
  })
}

/** Only writes to addresses that are known: one statement reads, one writes, and no transaction need be opened. */
function isPlain(entries: readonly EntryRequest[]): boolean {
  const found = new Map<string, string>()
  for (const entry of entries) {
    if (entry.method !== 'POST' && entry.method !== 'PUT') return false
    if (conditionOfEntry(entry).length > 0) return false
    conditionalReferences(entry.resource, '', found)
  }
  return found.size === 0
}

async function attempt(
  server: FhirServer,
  call: Call,
  entries: readonly EntryRequest[],
  hooks: TransactionHooks,
  undo: Undo[],
): Promise<Result[]> {
  const at = server.clock()
  const results = new Map<number, Result>()
  const deletes = await Promise.all(
    entries.filter(({ method }) => method === 'DELETE').map((entry) => planDelete(server, call, entry)),
  )
  const links = new Map<string, string>()
  const plans: Plan[] = [...deletes]
  refuseTwice(plans)
  await writeDeletes(server, call, deletes, at, results)

  plans.push(...(await planWrites(server, call, entries, links)))
  refuseTwice(plans)
  await resolveLinks(server, call, plans, links, undo)
  await writePuts(server, call, plans, at, results, hooks)

  for (const plan of plans) {
    if (plan.do === 'found') results.set(plan.entry.index, plan.result)
    if (plan.do === 'same')
      results.set(plan.entry.index, { ...(results.get(plan.as.entry.index) as Result), status: 200 })
  }
  for (const entry of entries)
    if (entry.method === 'GET' || entry.method === 'HEAD')
      results.set(entry.index, await within(entry.index, () => hooks.read(server, call, entry)))
  return entries.map(({ index }) => results.get(index) as Result)
}

function checkEntry(entry: EntryRequest, server: FhirServer): void {
  const { method, path, index } = entry
  const refuse = (reason: string) =>
    new Problem('invalid', reason, { at: `${entryAt(index)}.request.url`, code: { fhir: 'value' } })
  const [type, id, ...more] = path
  if (method === 'GET' || method === 'HEAD') return
  if (type === undefined || !server.parameters.isResourceType(type))
    throw refuse('The url begins with a resource type of R4')
  if (more.length > 0 || (method === 'POST' && id !== undefined)) throw refuse(`${method} takes no such url`)
  if (method !== 'POST' && id === undefined && entry.query === '') throw refuse(`${method} needs an id or a condition`)
  within(index, () => {
    if (id !== undefined) checkId(id, type)
    if (method === 'POST' || method === 'PUT') asResource(entry.resource, server, type)
  })
}

function conditionOfEntry({ method, path, query, ifNoneExist }: EntryRequest): { type: string; query: string }[] {
  const [type = '', id] = path
  if (method === 'POST') return ifNoneExist === undefined ? [] : [{ type, query: withoutMark(ifNoneExist) }]
  if (method === 'GET' || method === 'HEAD' || id !== undefined) return []
  return [{ type, query }]
}

const withoutMark = (query: string) => query.slice(query.indexOf('?') + 1)

async function planDelete(server: FhirServer, call: Call, entry: EntryRequest): Promise<Plan & { do: 'delete' }> {
  const [type = '', id] = entry.path
  if (id !== undefined) return { do: 'delete', entry, keys: [{ type, id }] }
  return within(entry.index, async () => {
    const { maxConditionalDeletes } = server.limits
    const found = await matchingKeys(
      server,
      call,
      conditionOf(server, type, entry.query, 'request.url'),
      maxConditionalDeletes + 1,
    )
    if (found.length > maxConditionalDeletes)
      throw new Problem('precondition-failed', `The condition matches more than ${maxConditionalDeletes} resources`, {
        at: 'request.url',
      })
    return { do: 'delete', entry, keys: found.map(({ type, id }) => ({ type, id })) }
  })
}

/** Gives every POST its id, finds what conditions mean, and notes which link of the bundle leads where. */
async function planWrites(
  server: FhirServer,
  call: Call,
  entries: readonly EntryRequest[],
  links: Map<string, string>,
): Promise<Plan[]> {
  const plans: Plan[] = []
  const note = (entry: EntryRequest, { type, id }: Key) => {
    if (entry.fullUrl === undefined) return
    const known = links.get(entry.fullUrl)
    if (known !== undefined && known !== `${type}/${id}`)
      throw new Problem('invalid', 'Another entry has the same fullUrl', {
        at: `${entryAt(entry.index)}.fullUrl`,
        code: { fhir: 'duplicate' },
      })
    links.set(entry.fullUrl, `${type}/${id}`)
  }
  const waiting: EntryRequest[] = []
  for (const entry of entries) {
    if (entry.method !== 'POST' && entry.method !== 'PUT' && entry.method !== 'PATCH') continue
    const [type = '', id] = entry.path
    if (conditionOfEntry(entry).length > 0) {
      waiting.push(entry)
      continue
    }
    const key = { type, id: entry.method === 'POST' ? server.ids() : (id as string) }
    note(entry, key)
    plans.push(written(entry, key))
  }
  const creates = new Map<string, Plan & { do: 'put' }>()
  // A condition may name another entry; such ones wait until that one is known.
  while (waiting.length > 0) {
    const ready = waiting.filter((entry) => !openLink(entry, links))
    if (ready.length === 0)
      throw new Problem('invalid', 'The conditions of entries wait for each other, or for an entry that is not there', {
        at: `${entryAt((waiting[0] as EntryRequest).index)}.request`,
        code: { fhir: 'not-found' },
      })
    for (const entry of ready) {
      waiting.splice(waiting.indexOf(entry), 1)
      const plan = await within(entry.index, () => planConditional(server, call, entry, links, creates))
      note(entry, keyOf(plan))
      plans.push(plan)
    }
  }
  return plans
}

function keyOf(plan: Plan): Key {
  if (plan.do === 'found') return plan.result.stored
  if (plan.do === 'same') return plan.as.key
  return plan.do === 'put' || plan.do === 'patch' ? plan.key : { type: '', id: '' }
}

const written = (entry: EntryRequest, key: Key): Plan =>
  entry.method === 'PATCH'
    ? { do: 'patch', entry, key }
    : { do: 'put', entry, key, resource: entry.resource as Resource }

const urn = /urn:(?:uuid|oid):[A-Za-z0-9.-]+/g

function openLink(entry: EntryRequest, links: ReadonlyMap<string, string>): boolean {
  return conditionOfEntry(entry).some(({ query }) =>
    decodeLoosely(query)
      .match(urn)
      ?.some((link) => !links.has(link)),
  )
}

function decodeLoosely(query: string): string {
  return query.replaceAll(/%3a/gi, ':')
}

async function planConditional(
  server: FhirServer,
  call: Call,
  entry: EntryRequest,
  links: ReadonlyMap<string, string>,
  creates: Map<string, Plan & { do: 'put' }>,
): Promise<Plan> {
  const [{ type, query } = { type: '', query: '' }] = conditionOfEntry(entry)
  const linked = decodeLoosely(query).replaceAll(urn, (link) => links.get(link) ?? link)
  const condition = linked === decodeLoosely(query) ? query : linked
  const at = entry.method === 'POST' ? 'request.ifNoneExist' : 'request.url'
  const match = await theOneMatch(server, call, type, condition, at)
  const own = entry.resource?.id
  if (match && entry.method === 'POST') {
    const stored = { ...match, lastUpdated: match.last_updated }
    return { do: 'found', entry, result: { ...foundResult(match), stored } }
  }
  if (match && entry.method === 'PUT' && own !== undefined && own !== match.id)
    throw new Problem('invalid', 'The condition matches a resource with another id', { at: 'resource.id' })
  if (match) return written(entry, match)
  if (entry.method === 'PATCH') throw new Problem('not-found', 'The condition matches nothing to patch', { at })
  // Nothing matches yet, and two entries may not both make the one that will.
  const first = creates.get(`${type}?${condition}`)
  if (first && entry.method === 'POST' && first.entry.method === 'POST') return { do: 'same', entry, as: first }
  if (first) throw new Problem('invalid', 'Another entry has the same condition', { at, code: { fhir: 'duplicate' } })
  const plan = written(entry, { type, id: entry.method === 'POST' ? server.ids() : (own ?? server.ids()) })
  if (plan.do !== 'put') return plan
  const fresh = { ...plan, isNew: true } as const
  creates.set(`${type}?${condition}`, fresh)
  return fresh
}

/** https://hl7.org/fhir/R4/http.html#trules — no resource may be written by two entries. */
function refuseTwice(plans: readonly Plan[]): void {
  const seen = new Set<string>()
  for (const plan of [...plans].sort((a, b) => a.entry.index - b.entry.index)) {
    const keys = plan.do === 'delete' ? plan.keys : plan.do === 'put' || plan.do === 'patch' ? [plan.key] : []
    for (const { type, id } of keys) {
      if (seen.has(`${type}/${id}`))
        throw new Problem('invalid', 'Another entry writes the same resource', {
          at: `${entryAt(plan.entry.index)}.request.url`,
          code: { fhir: 'duplicate' },
        })
      seen.add(`${type}/${id}`)
    }
  }
}

async function resolveLinks(
  server: FhirServer,
  call: Call,
  plans: readonly Plan[],
  links: Map<string, string>,
  undo: Undo[],
): Promise<void> {
  const puts = plans.filter((plan) => plan.do === 'put')
  const conditions = new Map<string, string>()
  for (const { entry, resource } of puts)
    conditionalReferences(resource, `${entryAt(entry.index)}.resource`, conditions)
  for (const [reference, path] of conditions) {
    const mark = reference.indexOf('?')
    const match = await theOneMatch(
      server,
      call,
      knownType(server, reference.slice(0, mark), path),
      reference.slice(mark + 1),
      path,
    )
    if (!match)
      throw new Problem('precondition-failed', 'The conditional reference matches nothing', {
        at: path,
        code: { fhir: 'not-found' },
      })
    links.set(reference, `${match.type}/${match.id}`)
  }
  const own = new Map(puts.flatMap(({ entry, key }) => aliases(entry, key)))
  for (const { entry, resource } of puts) {
    const base = restfulBase(entry.fullUrl)
    const resolve = (link: string) => {
      // A relative reference goes out from the address of its own entry. https://hl7.org/fhir/R4/bundle.html#references
      const found = links.get(link) ?? (base && links.get(`${base}${link}`)) ?? own.get(link)
      if (found !== undefined || isConditional(link)) return found
      // A fragment goes along: `urn:uuid:…#part`.
      const hash = link.indexOf('#')
      const whole = hash > 0 ? links.get(link.slice(0, hash)) : undefined
      return whole && `${whole}${link.slice(hash)}`
    }
    const { definitions } = server
    resolveReferences(resource, `${entryAt(entry.index)}.resource`, { definitions, resolve, undo })
  }
}

/** `http://example.org/fhir/` of `http://example.org/fhir/Patient/1`. */
function restfulBase(fullUrl: string | undefined): string | undefined {
  return /^(https?:\/\/.*\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.exec(fullUrl ?? '')?.[1]
}

function knownType(server: FhirServer, type: string, at: string): string {
  if (!server.parameters.isResourceType(type)) throw new Problem('invalid', 'Not a resource type of R4', { at })
  return type
}

/** A POST's own id is not kept: references to it, relative or through an http fullUrl, follow it to the new one. */
function aliases(entry: EntryRequest, { type, id }: Key): [string, string][] {
  const own = entry.resource?.id
  if (entry.method !== 'POST' || own === undefined || entry.fullUrl?.startsWith('urn:')) return []
  return [[`${type}/${own}`, `${type}/${id}`]]
}

async function writeDeletes(
  server: FhirServer,
  call: Call,
  deletes: readonly (Plan & { do: 'delete' })[],
  at: Date,
  results: Map<number, Result>,
): Promise<void> {
  const before = byKey(
    await server.store.readMany(
      call,
      deletes.flatMap(({ keys }) => keys),
    ),
  )
  const changes: Change[] = []
  for (const { entry, keys } of deletes) {
    const there = keys.flatMap((key) => before.get(nameOf(key)) ?? [])
    if (entry.ifMatch !== undefined)
      for (const key of keys) within(entry.index, () => checkVersion(key, before.get(nameOf(key)), entry.ifMatch))
    changes.push(...there.filter(({ document }) => document !== undefined).map((one) => deleteChange(server, one)))
    results.set(entry.index, { status: 204 })
  }
  await server.store.write(call, changes, at)
}

async function writePuts(
  server: FhirServer,
  call: Call,
  plans: readonly Plan[],
  at: Date,
  results: Map<number, Result>,
  hooks: TransactionHooks,
): Promise<void> {
  const writes = plans
    .filter((plan) => plan.do === 'put' || plan.do === 'patch')
    .sort((a, b) => a.entry.index - b.entry.index)
  // A fresh id has no version to look up.
  const mayExist = writes.filter(({ entry }) => entry.method !== 'POST')
  const before = byKey(
    await server.store.readMany(
      call,
      mayExist.map(({ key }) => key),
    ),
  )
  const issues: OutcomeIssue[] = []
  const changes: Change[] = []
  for (const plan of writes) {
    const { entry, key } = plan
    // Each patch may take as long as one alone may: others get their turn in between, and the deadline counts for all.
    if (plan.do === 'patch') {
      await setImmediate()
      call.signal.throwIfAborted()
    }
    const stored = before.get(nameOf(key))
    within(entry.index, () => {
      checkVersion(key, stored, entry.ifMatch)
      checkAbsent(key, stored, entry.ifNoneMatch)
      if (plan.do === 'put' && plan.isNew) refuseOther(key, stored)
    })
    const resource =
      plan.do === 'put' ? plan.resource : within(entry.index, () => patched(server, plan.entry, key, stored, hooks))
    if (entry.method === 'PUT' && entry.path[1] !== undefined && resource.id !== key.id)
      throw new Problem('invalid', 'The id of the resource is not that of the url', {
        at: `${entryAt(entry.index)}.resource.id`,
      })
    const found = server
      .validate({ ...resource, id: key.id })
      .map((issue) => ({ ...issue, expression: (issue.expression ?? []).map((path) => inEntry(entry.index, path)) }))
    issues.push(...found)
    if (issues.some(isError)) continue
    const { change, document, version } = putChange(server, resource, key.id, stored, at)
    changes.push(change)
    const status = stored?.document === undefined ? 201 : 200
    results.set(entry.index, {
      status,
      body: document,
      stored: { ...key, version, lastUpdated: at },
      written: true,
      ...(found.length > 0 && { warnings: found }),
    })
  }
  if (issues.some(isError)) throw new ValidationProblem(issues)
  await server.store.write(call, changes, at)
}

const isError = ({ severity }: OutcomeIssue) => severity === 'error' || severity === 'fatal'

function patched(
  server: FhirServer,
  entry: EntryRequest,
  { type, id }: Key,
  stored: Stored | undefined,
  hooks: TransactionHooks,
): Resource {
  if (stored?.document === undefined)
    throw new Problem('not-found', `${type}/${id} is not there to patch`, { at: 'request.url' })
  const after = hooks.patch(server, entry.resource as Resource, parseJson(stored.document) as Resource)
  if (after.resourceType !== type || after.id !== id)
    throw new Problem('invalid', 'A patch may change neither resourceType nor id', { at: 'resource' })
  return after
}

const nameOf = ({ type, id }: Key) => `${type}/${id}`
const byKey = (stored: readonly Stored[]) => new Map(stored.map((one) => [nameOf(one), one]))
