import { loadDefinitions } from '../../platform/definitions/load.ts'
import { startFhirServer } from '../../services/fhir-server/service.ts'
import { applyPatch } from '../../standards/fhir/patch/apply-patch.ts'
import { underPolicy } from '../../standards/fhir/validation/policy.ts'
import { createValidator } from '../../standards/fhir/validation/validator.ts'
import type { Service } from '../service.ts'

export const fhirServer: Service = {
  name: 'fhir-server',
  summary: 'FHIR R4: every resource type, read, written, searched',
  async start({ config, publicUrl, version, clock, ids, log, database }) {
    const definitions = loadDefinitions()
    const validator = createValidator(definitions)
    return startFhirServer({
      database,
      definitions,
      clock,
      ids,
      log,
      publicUrl: `${publicUrl}/fhir`,
      version,
      limits: { maxDepth: config.JSON_DEPTH_LIMIT, defaultCount: config.PAGE_SIZE, maxCount: config.PAGE_SIZE_LIMIT },
      validate: (resource) => underPolicy(validator(resource), config.VALIDATION),
      patch: (patch, before) => applyPatch(before, patch, definitions),
      pagingLifetimeSeconds: config.PAGING_LIFETIME_SECONDS,
      tenants: [config.TENANT],
    })
  },
}
