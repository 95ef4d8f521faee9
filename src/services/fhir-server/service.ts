/** The FHIR server as app/ starts it. */
import type { Call, Clock, Ids, Log, Running } from '../../kernel/ports.ts'
import type { Database } from '../../platform/database/port.ts'
import type { Mount } from '../../platform/http/port.ts'
import type { Tracer } from '../../platform/telemetry/port.ts'
import type { Definitions } from '../../standards/fhir/definitions/definitions.ts'
import type { Resource } from '../../standards/fhir/types.ts'
import { underPolicy, type ValidationPolicy } from '../../standards/fhir/validation/policy.ts'
import { fhirMount } from './http/routes.ts'
import { capabilityResult, capabilityStatement } from './interactions/capabilities.ts'
import { dispatch } from './interactions/dispatch.ts'
import { interactions } from './interactions/index.ts'
import { operations } from './operations/index.ts'
import { type Rule, rulesOf } from './search/index-rules.ts'
import { defaultLimits, type FhirLimits, type FhirServer } from './server.ts'
import { followIndex } from './store/index-follower.ts'
import type { IndexKeeper, IndexKeeperOptions } from './store/index-keeper.ts'
import { IndexKeepers } from './store/index-keepers.ts'
import { postgresStore } from './store/postgres.ts'
import { startSweeper } from './store/sweeper.ts'

export type FhirServerDeps = {
  readonly database: Database
  readonly definitions: Definitions
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  /** `http://localhost:8000/fhir`, as callers reach it. */
  readonly publicUrl: string
  readonly version: string
  readonly limits?: Partial<FhirLimits>
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer
  /** All that is wrong with a resource by R4. */
  readonly validate: FhirServer['validate']
  /** What the call's tenant wants done about it. */
  readonly policyOf: (call: Call) => Promise<ValidationPolicy>
  readonly patch: FhirServer['patch']
  /** How long a page link stays good. */
  readonly pagingLifetimeSeconds: number
  /** Whose index this process keeps whole, and whose retired rows it removes. */
  readonly tenants: readonly number[]
  /** `guest`: works beside a server, and keeps to the rules that one has put in force. */
  readonly index?: IndexKeeperOptions['as']
  /** By which index rows are made, for tests; otherwise those of this program. */
  readonly rules?: ReadonlyMap<string, Rule>
  /** How often it looks what others have done to the index's rules. */
  readonly followIndexMs?: number
}

export type FhirService = Running & {
  readonly server: FhirServer
  readonly mounts: readonly Mount[]
  /** What is known of the indexes of `tenants`. */
  readonly kept: readonly IndexKeeper[]
}

export async function startFhirServer(deps: FhirServerDeps): Promise<FhirService> {
  const { database, definitions, log, tenants } = deps
  const as = deps.index ?? 'server'
  const base = `${deps.publicUrl.replace(/\/$/, '')}/`
  const keepers = new IndexKeepers({ database, definitions, rules: deps.rules ?? rulesOf(definitions), base, as })
  const kept = await Promise.all(tenants.map((tenant) => keepers.open(tenant)))
  const keeper = kept[0] ?? (await keepers.open(1))
  const follow = () => void keepers.follow().catch((error) => log.warn('search index was not followed', { error }))
  const startedAt = deps.clock()
  let statement: ReturnType<typeof capabilityResult> | undefined
  const server: FhirServer = {
    store: postgresStore(database, follow),
    definitions,
    get parameters() {
      return keeper.parameters
    },
    get unfinishedIndexes() {
      return keeper.unfinished
    },
    get rulesInForce() {
      return keeper.rulesInForce
    },
    clock: deps.clock,
    ids: deps.ids,
    base: keeper.base,
    version: deps.version,
    limits: { ...defaultLimits, ...deps.limits },
    validate: deps.validate,
    forTenant(self, call) {
      // What is not the server itself was made by this, or of what was.
      if (self !== server) return self
      const its = keepers.opened(call.tenant)
      return its ? viewOf(its) : keepers.open(call.tenant).then(viewOf)
    },
    async forCall(self, call) {
      const policy = await deps.policyOf(call)
      // A tenant is known before its first write: what it has nothing of is whole.
      const mine = await server.forTenant(self, call)
      return { ...mine, validate: (resource) => underPolicy(deps.validate(resource), policy) }
    },
    async followed(self, call) {
      // A second connection, while a transaction holds the first, might be waited for for ever.
      if (self.store !== server.store) return undefined
      const its = await keepers.open(call.tenant)
      await its.followFrom(self.rulesInForce)
      const { parameters, base, unfinishedIndexes, rulesInForce } = viewOf(its)
      return { ...self, parameters, base, unfinishedIndexes, rulesInForce }
    },
    patch: deps.patch as (patch: unknown, before: Resource) => Resource,
    dispatch,
    capabilities: (self) =>
      (statement ??= capabilityResult(capabilityStatement(self, interactions, operations, startedAt))),
  }
  const views = new Map<IndexKeeper, FhirServer>()
  const viewOf = (its: IndexKeeper): FhirServer => {
    const { parameters, base, unfinished, rulesInForce } = its
    const known = views.get(its)
    if (known?.rulesInForce === rulesInForce && known.unfinishedIndexes === unfinished) return known
    const view = { ...server, parameters, base, unfinishedIndexes: unfinished, rulesInForce }
    views.set(its, view)
    return view
  }
  const sweeper = startSweeper(deps)
  const everyMs = deps.followIndexMs ?? 2000
  const nowMs = () => deps.clock().getTime()
  const follower = as === 'server' ? followIndex({ database, keepers, log, tenants, nowMs, everyMs }) : undefined
  return {
    server,
    kept,
    mounts: [fhirMount(server, '/fhir', deps.tracer), fhirMount(server, '/api/v1/fhir', deps.tracer)],
    async stop() {
      await follower?.stop()
      await sweeper.stop()
    },
  }
}
