import { Problem } from '../../kernel/problem.ts'
import { loadDefinitions } from '../../platform/definitions/load.ts'
import { keptBriefly } from '../../platform/tenants/kept-briefly.ts'
import { postgresTenants } from '../../platform/tenants/postgres.ts'
import { tracer } from '../../platform/telemetry/spans.ts'
import { startFhirServer } from '../../services/fhir-server/service.ts'
import { applyPatch } from '../../standards/fhir/patch/apply-patch.ts'
import { createValidator } from '../../standards/fhir/validation/validator.ts'
import type { Service } from '../service.ts'

export const fhirServer: Service = {
  name: 'fhir-server',
  summary: 'FHIR R4: every resource type, read, written, searched',
  async start({ config, publicUrl, version, clock, ids, log, database, spans, guest }) {
    const definitions = loadDefinitions()
    const tenants = keptBriefly(postgresTenants(database), { freshMs: 2000, nowMs: () => performance.now() })
    const service = await startFhirServer({
      database,
      definitions,
      ...(spans && { tracer: tracer(spans) }),
      clock,
      ids,
      log,
      publicUrl: `${publicUrl}/fhir`,
      version,
      limits: { maxDepth: config.JSON_DEPTH_LIMIT, defaultCount: config.PAGE_SIZE, maxCount: config.PAGE_SIZE_LIMIT },
      validate: createValidator(definitions),
      policyOf: async ({ tenant }) => (await tenants.settings(tenant)).validation ?? config.VALIDATION,
      patch: (patch, before) =>
        applyPatch(before, patch, definitions, {
          maxDepth: config.JSON_DEPTH_LIMIT,
          maxBytes: config.BODY_LIMIT_BYTES,
        }),
      pagingLifetimeSeconds: config.PAGING_LIFETIME_SECONDS,
      tenants: [config.TENANT],
      index: guest ? 'guest' : 'server',
    })
    const behind = async () => {
      const types = service.kept.flatMap(({ unfinishedTypes }) => unfinishedTypes)
      if (types.length === 0) return undefined
      return `It is made again for ${types.length} resource types: searches of these answer 503, reads and writes go on`
    }
    return {
      ...service,
      dependencies: {
        async 'search index rules'() {
          for (const { refusal } of service.kept) if (refusal !== undefined) throw new Problem('unavailable', refusal)
        },
      },
      conveniences: { 'search index': behind },
    }
  },
}
