/** What makes a resource that came in a version that is kept: checks, id, meta, index rows. */
import { Problem } from '../../../kernel/problem.ts'
import type { OutcomeIssue, Resource } from '../../../standards/fhir/types.ts'
import { type IndexRows, indexRows } from '../search/index-rows.ts'
import type { FhirServer } from '../server.ts'
import type { Change, Stored } from '../store/port.ts'
import { ValidationProblem } from './validation-problem.ts'

const idPattern = /^[A-Za-z0-9\-.]{1,64}$/

/** The body as a resource of `type`. Throws Problem('invalid') naming what is not right. */
export function asResource(body: unknown, server: FhirServer, type?: string): Resource {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Problem('invalid', 'A resource is a JSON object', { at: type ?? 'Resource', code: { fhir: 'structure' } })
  const { resourceType } = body as { resourceType?: unknown }
  if (typeof resourceType !== 'string')
    throw new Problem('invalid', 'resourceType is missing', {
      at: `${type ?? 'Resource'}.resourceType`,
      code: { fhir: 'required' },
    })
  if (!server.parameters.isResourceType(resourceType))
    throw new Problem('invalid', 'resourceType is no resource type of R4', {
      at: 'Resource.resourceType',
      code: { fhir: 'value' },
    })
  if (type !== undefined && resourceType !== type)
    throw new Problem('invalid', `The address asks for ${type}, the body is ${resourceType}`, {
      at: `${type}.resourceType`,
    })
  return body as Resource
}

export function checkId(id: unknown, type: string): string {
  if (typeof id !== 'string' || !idPattern.test(id))
    throw new Problem('invalid', 'An id is 1 to 64 letters, digits, hyphens and full stops', {
      at: `${type}.id`,
      code: { fhir: 'value' },
    })
  return id
}

/** Throws with all issues at once; answers those that the tenant's policy lets pass as warnings. */
export function checkValid(resource: Resource, server: FhirServer): readonly OutcomeIssue[] {
  const issues = server.validate(resource)
  if (issues.some(({ severity }) => severity === 'error' || severity === 'fatal')) throw new ValidationProblem(issues)
  return issues
}

/** The resource as its next version: its own id and meta, and everything else as and where it came. */
export function stamped(resource: Resource, id: string, version: number, at: Date): Resource {
  const meta = resource.meta
  const {
    versionId: _versionId,
    lastUpdated: _lastUpdated,
    ...rest
  } = typeof meta === 'object' && meta !== null ? meta : {}
  const stamp = { versionId: String(version), lastUpdated: at.toISOString(), ...rest }
  const result: Resource = { resourceType: resource.resourceType }
  if (!('id' in resource)) result.id = id
  if (!('meta' in resource)) result.meta = stamp
  for (const name in resource) result[name] = name === 'id' ? id : name === 'meta' ? stamp : resource[name]
  return result
}

/** The change that makes `resource` the version after `before`. */
export function putChange(
  server: FhirServer,
  resource: Resource,
  id: string,
  before: Stored | undefined,
  at: Date,
): { change: Change; document: string; version: number } {
  const version = (before?.version ?? 0) + 1
  const next = stamped(resource, id, version, at)
  const document = JSON.stringify(next)
  const change: Change = {
    key: { type: resource.resourceType, id },
    operation: before ? 'U' : 'C',
    before: before && { rid: before.rid, version: before.version, rows: rowsOf(server, before) },
    document,
    rows: indexRows(next, server.parameters, server.base),
  }
  return { change, document, version }
}

export function deleteChange(server: FhirServer, before: Stored): Change {
  return {
    key: { type: before.type, id: before.id },
    operation: 'D',
    before: { rid: before.rid, version: before.version, rows: rowsOf(server, before) },
    document: undefined,
    rows: undefined,
  }
}

/** The rows that the stored version has in the index: reckoned again, as they were when it was written. */
function rowsOf(server: FhirServer, { document }: Stored): IndexRows | undefined {
  return document === undefined ? undefined : indexRows(JSON.parse(document), server.parameters, server.base)
}
