/** OpenAPI 3.1 of what is mounted. https://spec.openapis.org/oas/v3.1.1.html */
import type { Mount, Route } from '../../platform/http/port.ts'
import { type CapabilityStatement, fhirPaths, fhirSchemas } from './fhir-paths.ts'

type PathItem = Record<string, object>

/**
 * `capability` describes the FHIR routes by resource type, once for all addresses they have; without it they stand as
 * they are registered.
 */
export function openApi(
  version: string,
  mounts: readonly Mount[],
  capability: CapabilityStatement | undefined,
): object {
  const described = capability ? mounts.filter(({ prefix }) => !prefix.endsWith('/fhir')) : mounts
  const paths: Record<string, PathItem> = {}
  for (const route of described.flatMap((mount) => mount.routes)) {
    if (isPage(route)) continue
    const item = (paths[templateOf(route.path)] ??= {})
    item[route.method.toLowerCase()] = operationOf(route)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Weft', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    // Wherever the reader found this page: it may try the API there and nowhere else.
    servers: [{ url: '/' }],
    paths: { ...paths, ...(capability && fhirPaths(capability, '/fhir')) },
    components: { schemas: fhirSchemas },
  }
}

// What a browser shows: not part of the API.
const isPage = ({ path }: Route) => path === '/' || /^\/(docs|redoc)(\/|$)/.test(path)

const templateOf = (path: string) => path.replace(/:(\w+)(\([^)]*\))?/g, '{$1}').replace(/\*$/, '{path}')

function operationOf(route: Route): object {
  const names = [...templateOf(route.path).matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  const tag = /^\/(health|metrics|openapi)/.test(route.path) ? 'operations' : (route.path.split('/')[1] ?? '')
  return {
    tags: [tag],
    ...(names.length > 0 && {
      parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    }),
    ...(/^(POST|PUT|PATCH)$/.test(route.method) && { requestBody: { content: { '*/*': {} } } }),
    responses: { default: { description: 'The answer' } },
  }
}
