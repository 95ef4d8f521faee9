import { Problem } from '../../../kernel/problem.ts'
import type { HttpRequest } from '../../../platform/http/port.ts'
import { parseJson } from '../../../standards/fhir/json.ts'
import type { FhirRequest } from '../interactions/fhir-request.ts'
import type { Interaction } from '../interactions/interaction.ts'
import type { FhirServer } from '../server.ts'

export type Asked = {
  readonly request: FhirRequest
  /** What a write answers: `Prefer: return=…` */
  readonly prefer: 'minimal' | 'representation' | 'OperationOutcome'
  readonly pretty: boolean
}

/** Reads headers and body. Throws Problem for what cannot be accepted. https://hl7.org/fhir/R4/http.html#general */
export function readRequest(http: HttpRequest, interaction: Interaction, server: FhirServer): Asked {
  const { headers, params, method } = http
  const preference = text(headers.prefer)
  const contentType = text(headers['content-type'])
  const isForm = interaction.path.endsWith('/_search') && method === 'POST'
  const query = isForm ? formQuery(http, contentType) : http.query
  if (needsLook(headers.accept) || query.includes('_format=')) checkAccept(headers.accept, query)
  const prefer = preferred(preference)
  return {
    request: {
      method,
      params,
      query,
      ifMatch: text(headers['if-match']),
      ifNoneMatch: text(headers['if-none-match']),
      ifModifiedSince: text(headers['if-modified-since']),
      ifNoneExist: text(headers['if-none-exist']),
      strict: preference !== undefined && /\bhandling\s*=\s*"?strict\b/.test(preference),
      representation: preference !== undefined && /\breturn\s*=\s*"?representation\b/.test(preference),
      body:
        isForm || method === 'GET' || method === 'HEAD' || method === 'DELETE'
          ? undefined
          : jsonBody(http, contentType, server, interaction),
      contentType,
    },
    prefer,
    pretty: query.includes('_pretty=true'),
  }
}

const text = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value)

function preferred(preference: string | undefined): Asked['prefer'] {
  const match = preference && /\breturn\s*=\s*"?(minimal|representation|OperationOutcome)\b/.exec(preference)
  return match ? (match[1] as Asked['prefer']) : 'representation'
}

const plainAccepts = new Set(['*/*', 'application/fhir+json', 'application/json'])
const needsLook = (accept: string | string[] | undefined) => accept !== undefined && !plainAccepts.has(accept as string)

const jsonFormats = /^(json|application\/json|application\/fhir\+json|text\/json)\s*(;.*)?$/
const acceptable = /^(\*\/\*|application\/(\*|fhir\+json|json|json-patch\+json)|text\/(\*|json))$/

function checkAccept(accept: string | string[] | undefined, query: string): void {
  const format = /(?:^|&)_format=([^&]*)/.exec(query)?.[1]
  // _format goes before the header, for browsers that cannot set one.
  if (format !== undefined && format !== '') {
    if (jsonFormats.test(decodeLoosely(format))) return
    throw new Problem('unsupported', 'Only JSON is spoken here', {
      at: '_format',
      code: { http: 406, fhir: 'not-supported' },
    })
  }
  const ranges = (text(accept) ?? '*/*').split(',').map((range) => range.split(';').map((part) => part.trim()))
  const some = ranges.some(
    ([type = '', ...options]) =>
      acceptable.test(type.toLowerCase()) &&
      isOurVersion(options) &&
      !options.some((option) => /^q=0(\.0*)?$/.test(option)),
  )
  // A browser that wants a page is shown the resource.
  if (some || ranges.some(([type]) => type === 'text/html')) return
  throw new Problem('unsupported', 'Only JSON is spoken here: application/fhir+json', {
    at: 'Accept',
    code: { http: 406, fhir: 'not-supported' },
  })
}

/** https://hl7.org/fhir/R4/http.html#version-parameter — no other version of FHIR is spoken here. */
const isOurVersion = (options: readonly string[]) =>
  options.every((option) => !/^fhirversion=/i.test(option) || /^fhirversion="?4\.0(\.\d+)?"?$/i.test(option))

function decodeLoosely(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', '%2B'))
  } catch {
    return value
  }
}

function formQuery(http: HttpRequest, contentType: string | undefined): string {
  if (http.body === undefined || http.body.length === 0) return http.query
  if (!contentType?.startsWith('application/x-www-form-urlencoded'))
    throw wrongType('application/x-www-form-urlencoded')
  const form = http.body.toString('utf8').trim()
  return http.query === '' ? form : `${http.query}&${form}`
}

const bodyTypes: Readonly<Record<string, readonly string[]>> = {
  PATCH: ['application/json-patch+json', 'application/fhir+json', 'application/json'],
}
const usualTypes = ['application/fhir+json', 'application/json', 'text/json']

function jsonBody(
  http: HttpRequest,
  contentType: string | undefined,
  server: FhirServer,
  { code }: Interaction,
): unknown {
  if (http.body === undefined || http.body.length === 0) {
    if (code === 'operation') return undefined
    throw new Problem('invalid', 'A body is wanted', { at: http.params.type || 'Bundle', code: { fhir: 'required' } })
  }
  const [type = '', ...options] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const wanted = bodyTypes[http.method] ?? usualTypes
  if (!wanted.includes(type)) throw wrongType(wanted.join(' or '))
  const charset = options.find((option) => option.startsWith('charset='))
  if (charset && !/^charset="?utf-?8"?$/.test(charset)) throw wrongType('UTF-8')
  if (!isOurVersion(options)) throw wrongType('FHIR R4: fhirVersion=4.0')
  return parseJson(http.body, { maxDepth: server.limits.maxDepth })
}

const wrongType = (wanted: string) =>
  new Problem('unsupported', `The body is wanted as ${wanted}`, {
    at: 'Content-Type',
    code: { http: 415, fhir: 'not-supported' },
  })
