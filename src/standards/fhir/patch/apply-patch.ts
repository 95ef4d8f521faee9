import { Buffer } from 'node:buffer'
import { Problem } from '../../../kernel/problem.ts'
import type { Definitions } from '../definitions/definitions.ts'
import { parseJson } from '../json.ts'
import type { Resource } from '../types.ts'
import { applyFhirPathPatch } from './fhirpath-patch.ts'
import { applyJsonPatch } from './json-patch.ts'
import { checkExtent, defaultPatchLimits, type PatchLimits } from './limits.ts'
import { withoutEmpties } from './without-empties.ts'

/**
 * A resource patched by the body of a PATCH or by the resource of a transaction's PATCH entry: an array is a JSON Patch,
 * Parameters are a FHIRPath Patch, a Binary carries a JSON Patch as its data. The resource given is not changed.
 * https://hl7.org/fhir/R4/http.html#patch
 */
export function applyPatch(
  resource: Resource,
  patch: unknown,
  definitions: Definitions,
  limits: PatchLimits = defaultPatchLimits,
): Resource {
  if (Array.isArray(patch)) return patchedAsJson(resource, patch, limits)
  const { resourceType, contentType, data } = (patch ?? {}) as { [member: string]: unknown }
  if (resourceType === 'Parameters') return applyFhirPathPatch(resource, patch, definitions, limits)
  if (resourceType !== 'Binary')
    throw new Problem('invalid', 'A patch is a JSON Patch, a Parameters resource, or a Binary with a JSON Patch', {
      at: typeof resourceType === 'string' ? 'Resource.resourceType' : '$this',
    })
  if (typeof contentType !== 'string' || !contentType.startsWith('application/json-patch+json'))
    throw new Problem('unsupported', 'A patch in a Binary is application/json-patch+json', { at: 'Binary.contentType' })
  if (typeof data !== 'string') throw new Problem('invalid', 'The Binary has no data', { at: 'Binary.data' })
  return patchedAsJson(resource, parseJson(Buffer.from(data, 'base64'), limits), limits)
}

function patchedAsJson(resource: Resource, patch: unknown, limits: PatchLimits): Resource {
  const patched = applyJsonPatch(resource, patch)
  if (typeof patched !== 'object' || patched === null || Array.isArray(patched))
    throw new Problem('invalid', 'The patch leaves no resource', { at: resource.resourceType })
  checkExtent(patched, resource.resourceType, limits)
  return withoutEmpties(patched as Resource)
}
