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
import { buildSearchParameters } from './search/build-parameters.ts'
import { defaultLimits, type FhirLimits, type FhirServer } from './server.ts'
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
  /** Whose retired index rows this process removes. */
  readonly tenants: readonly number[]
}

export type FhirService = Running & { readonly server: FhirServer; readonly mounts: readonly Mount[] }

export function startFhirServer(deps: FhirServerDeps): FhirService {
  const parameters = buildSearchParameters(deps.definitions)
  const startedAt = deps.clock()
  let statement: ReturnType<typeof capabilityResult> | undefined
  const server: FhirServer = {
    store: postgresStore(deps.database),
    definitions: deps.definitions,
    parameters,
    clock: deps.clock,
    ids: deps.ids,
    base: `${deps.publicUrl.replace(/\/$/, '')}/`,
    version: deps.version,
    limits: { ...defaultLimits, ...deps.limits },
    validate: deps.validate,
    async forCall(self, call) {
      const policy = await deps.policyOf(call)
      return { ...self, validate: (resource) => underPolicy(deps.validate(resource), policy) }
    },
    patch: deps.patch as (patch: unknown, before: Resource) => Resource,
    dispatch,
    capabilities: (self) =>
      (statement ??= capabilityResult(capabilityStatement(self, interactions, operations, startedAt))),
  }
  const sweeper = startSweeper(deps)
  return {
    server,
    mounts: [fhirMount(server, '/fhir', deps.tracer), fhirMount(server, '/api/v1/fhir', deps.tracer)],
    stop: () => sweeper.stop(),
  }
}
