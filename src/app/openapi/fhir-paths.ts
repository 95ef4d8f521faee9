/** The FHIR server's paths by resource type, out of its CapabilityStatement. https://hl7.org/fhir/R4/capabilitystatement.html */

export type CapabilityStatement = {
  rest?: {
    interaction?: { code: string }[]
    operation?: { name: string; definition?: string }[]
    resource?: CapabilityResource[]
    searchParam?: SearchParam[]
  }[]
}
type CapabilityResource = {
  type: string
  interaction?: { code: string }[]
  conditionalDelete?: string
  searchParam?: SearchParam[]
  operation?: { name: string }[]
}
type SearchParam = { name: string; type: string; documentation?: string }
type Paths = Record<string, Record<string, object>>

export const fhirSchemas = {
  Resource: {
    type: 'object',
    required: ['resourceType'],
    properties: { resourceType: { type: 'string' }, id: { type: 'string' } },
    additionalProperties: true,
  },
  Bundle: {
    type: 'object',
    required: ['resourceType', 'type'],
    properties: { resourceType: { const: 'Bundle' }, type: { type: 'string' }, entry: { type: 'array' } },
    additionalProperties: true,
  },
  OperationOutcome: {
    type: 'object',
    required: ['resourceType', 'issue'],
    properties: { resourceType: { const: 'OperationOutcome' }, issue: { type: 'array' } },
    additionalProperties: true,
  },
}

export function fhirPaths(capability: CapabilityStatement, prefix: string): Paths {
  const rest = capability.rest?.[0]
  const paths: Paths = {
    [`${prefix}/metadata`]: { get: operation('FHIR system', 'CapabilityStatement of this server', [], 'Resource') },
  }
  const system = new Set(rest?.interaction?.map(({ code }) => code))
  if (system.has('transaction') || system.has('batch'))
    paths[prefix] = { post: operation('FHIR system', 'Transaction or batch', [], 'Bundle', 'Bundle') }
  if (system.has('history-system'))
    paths[`${prefix}/_history`] = {
      get: operation('FHIR system', 'History of everything', historyParameters, 'Bundle'),
    }
  for (const resource of rest?.resource ?? []) Object.assign(paths, resourcePaths(resource, prefix, rest?.searchParam))
  return paths
}

function resourcePaths(resource: CapabilityResource, prefix: string, common: readonly SearchParam[] = []): Paths {
  const { type } = resource
  const can = new Set(resource.interaction?.map(({ code }) => code))
  const of = (...codes: string[]) => codes.some((code) => can.has(code))
  const at = `${prefix}/${type}`
  const search = [...common, ...(resource.searchParam ?? [])].map(searchParameter)
  const paths: Paths = {}
  const add = (path: string, method: string, value: object) => {
    ;(paths[path] ??= {})[method] = value
  }
  if (of('search-type')) {
    add(at, 'get', operation(type, `Search ${type}`, search, 'Bundle'))
    add(`${at}/_search`, 'post', operation(type, `Search ${type}, parameters in the body`, [], 'Bundle', 'form'))
  }
  if (of('create'))
    add(at, 'post', operation(type, `Create a ${type}`, [header('If-None-Exist')], 'Resource', 'Resource'))
  if (resource.conditionalDelete && resource.conditionalDelete !== 'not-supported')
    add(at, 'delete', operation(type, `Delete ${type} by search`, search, 'Resource'))
  if (of('read')) add(`${at}/{id}`, 'get', operation(type, `Read a ${type}`, [id, header('If-None-Match')], 'Resource'))
  if (of('update'))
    add(`${at}/{id}`, 'put', operation(type, `Update a ${type}`, [id, header('If-Match')], 'Resource', 'Resource'))
  if (of('patch'))
    add(`${at}/{id}`, 'patch', operation(type, `Patch a ${type}`, [id, header('If-Match')], 'Resource', 'Resource'))
  if (of('delete')) add(`${at}/{id}`, 'delete', operation(type, `Delete a ${type}`, [id], 'Resource'))
  if (of('history-instance'))
    add(`${at}/{id}/_history`, 'get', operation(type, `History of a ${type}`, [id, ...historyParameters], 'Bundle'))
  if (of('vread'))
    add(`${at}/{id}/_history/{versionId}`, 'get', operation(type, `Read a version`, [id, versionId], 'Resource'))
  if (of('history-type'))
    add(`${at}/_history`, 'get', operation(type, `History of every ${type}`, historyParameters, 'Bundle'))
  for (const { name } of resource.operation ?? []) {
    const called = name.startsWith('$') ? name : `$${name}`
    add(`${at}/{id}/${called}`, 'get', operation(type, called, [id], 'Resource'))
  }
  return paths
}

type Parameter = { name: string; in: string; required?: boolean; schema: object; description?: string }

const id: Parameter = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: '^[A-Za-z0-9.-]{1,64}$' },
}
const versionId: Parameter = { name: 'versionId', in: 'path', required: true, schema: { type: 'string' } }
const header = (name: string): Parameter => ({ name, in: 'header', schema: { type: 'string' } })
const query = (name: string, description?: string): Parameter => ({
  name,
  in: 'query',
  schema: { type: 'string' },
  ...(description && { description }),
})
const historyParameters = [query('_count'), query('_since'), query('_at')]
const searchParameter = ({ name, type, documentation }: SearchParam) => query(name, documentation ?? type)

function operation(tag: string, summary: string, parameters: Parameter[], answer: string, body?: string): object {
  const fhir = (schema: string) => ({
    content: { 'application/fhir+json': { schema: { $ref: `#/components/schemas/${schema}` } } },
  })
  return {
    tags: [tag],
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody:
        body === 'form'
          ? { content: { 'application/x-www-form-urlencoded': { schema: { type: 'object' } } } }
          : fhir(body),
    }),
    responses: {
      '2XX': { description: 'Done', ...fhir(answer) },
      default: { description: 'What went wrong', ...fhir('OperationOutcome') },
    },
  }
}
