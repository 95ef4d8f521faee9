import type { Definitions } from '../../src/standards/fhir/definitions/definitions.ts'
import type { Resource } from '../../src/standards/fhir/types.ts'
import { breakEach } from '../builders/broken-resources.ts'
import type { Random } from '../builders/random.ts'
import { validResources } from '../builders/valid-resources.ts'
import { bundleOf } from './bundles.ts'
import { anything, hostileTexts, spoilText, spoilValue, spoilWord } from './mutate.ts'
import { patchDocument } from './patches.ts'
import { hostileQueries, searchQuery } from './search-queries.ts'

/** What is sent. The path is below the base and has its query; nothing in it is encoded once more. */
export type FuzzRequest = {
  readonly interaction: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
  /** Stands in every resource of a transaction: after a refusal it must be nowhere in the store. */
  readonly tag?: string
}
type Maker = (tools: Tools) => Omit<FuzzRequest, 'interaction'>
export type Tools = {
  readonly definitions: Definitions
  readonly random: Random
  /** Paths of next pages that the server gave. */
  readonly pages: readonly string[]
}

/** The next request of a run: an interaction, mostly with something wrong about it. */
export function makeRequest(tools: Tools): FuzzRequest {
  const request = anyRequest(tools)
  const path = visible(request.path)
  return { ...request, path: path === '' || path.startsWith('/') ? path : `/${path}` }
}

function anyRequest(tools: Tools): FuzzRequest {
  const { random } = tools
  const interaction = random.pick(weighted)
  const made = (makers[interaction] as Maker)(tools)
  if (random.integer(12) === 0) return { interaction, ...made, headers: { ...made.headers, ...strangeHeader(random) } }
  if (random.integer(20) === 0) return { interaction, ...made, path: spoiledPath(made.path, random) }
  if (random.integer(40) === 0) return { interaction, ...made, method: random.pick(methods) }
  return { interaction, ...made }
}

export const types = [
  'Patient',
  'Observation',
  'Condition',
  'AllergyIntolerance',
  'MedicationRequest',
  'Encounter',
  'Questionnaire',
  'Organization',
  'Basic',
  'Parameters',
  'Bundle',
]
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']
const json = { 'content-type': 'application/fhir+json' }
const none = { headers: {}, body: undefined }

/** A few ids for each type, so that requests meet. */
export function someId(random: Random): string {
  return random.integer(15) === 0 ? spoilWord('p1', random) : `p${random.integer(12)}`
}

export function someType(random: Random): string {
  return random.integer(25) === 0
    ? random.pick(['Nothing', 'patient', 'Resource', 'Bot', '$x', ''])
    : random.pick(types)
}

const encoded = (word: string) => encodeURIComponent(word.toWellFormed())

/** A resource of the type with this id: as it should be, broken by rule, or spoilt anywhere; `calm` mostly the first. */
export function someResource(
  type: string,
  id: string | undefined,
  { definitions, random }: Tools,
  calm = false,
): Resource {
  const samples = validResources().filter((resource) => resource.resourceType === type)
  let resource = samples.length > 0 ? random.pick(samples) : { resourceType: type, code: { text: 'x' } }
  delete resource.id
  const choice = random.integer(calm ? 60 : 10)
  if (choice === 0 && samples.length > 0) {
    const broken = breakEach(resource, definitions, random)
    if (broken.length > 0) resource = random.pick(broken).resource
  } else if (choice < 4) for (let count = random.integer(3); count >= 0; count--) spoilValue(resource, random)
  else if (choice < 6 || calm) vary(resource, random)
  // An id that was spoilt stays so; one of the address may be anything.
  if (id !== undefined && !('id' in resource)) resource.id = id
  return resource
}

/** Still valid, and not what it was: values that the indexes see. */
function vary(resource: Resource, random: Random): void {
  // A conditional reference that matches nothing would refuse most transactions.
  if (resource.resourceType === 'Encounter' && random.integer(10) > 0) delete resource['participant']
  resource['language'] = random.pick(['en', 'en-GB', 'de'])
  if (resource.resourceType === 'Patient') {
    resource['birthDate'] = random.pick(['1980', '1980-02', '1980-02-29', '0001-01-01', '9999-12-31'])
    resource['name'] = [{ family: random.pick(['Éxample', 'x'.repeat(600), 'ﬁnn', "O'Neil"]), given: ['A', 'A'] }]
    resource['identifier'] = Array.from({ length: random.integer(30) + 1 }, (_, i) => ({
      system: 'urn:x',
      value: `${i % 7}`,
    }))
  }
  if (resource.resourceType === 'Observation')
    resource['valueQuantity'] = { value: random.pick([0, 1e-300, 1e300, -0.5, 123456789012345]), unit: 'x' }
}

/** JSON text of a body: mostly as JSON.stringify writes it, sometimes not. */
function bodyOf(value: unknown, random: Random): Buffer {
  const text = JSON.stringify(value)
  if (random.integer(8) === 0) return spoilText(text, random)
  // Decimals that JavaScript would print otherwise have to come back as they were written.
  if (random.integer(4) === 0) return Buffer.from(text.replace(/("value":\d+)(?=[,}])/, '$1.00'))
  return Buffer.from(text)
}

const conditions = (random: Random) =>
  random.pick([
    'identifier=urn:x|1',
    '_id=p1',
    'identifier=https://fhir.nhs.uk/Id/nhs-number|9000000009',
    '',
    'x=y',
    '_id=p1,p2',
    ...hostileQueries.slice(0, 8),
  ])

const makers: Record<string, Maker> = {
  capabilities: () => ({ method: 'GET', path: '/metadata', ...none }),
  read: ({ random }) => ({ method: 'GET', path: `/${someType(random)}/${encoded(someId(random))}`, ...none }),
  'conditional read': ({ random }) => ({
    method: 'GET',
    path: `/${someType(random)}/${encoded(someId(random))}`,
    headers: {
      'if-none-match': random.pick(['W/"1"', 'W/"2"', '"x"', '*', '', 'W/']),
      'if-modified-since': random.pick(['Wed, 21 Oct 2015 07:28:00 GMT', 'x', '2020-01-01', '']),
    },
    body: undefined,
  }),
  vread: ({ random }) => ({
    method: 'GET',
    path: `/${someType(random)}/${encoded(someId(random))}/_history/${encoded(random.pick(['1', '2', '3', '0', '-1', 'x', '1e3', '99999999999', '']))}`,
    ...none,
  }),
  create: (tools) => {
    const type = someType(tools.random)
    const headers = tools.random.integer(4) === 0 ? { ...json, 'if-none-exist': conditions(tools.random) } : json
    return {
      method: 'POST',
      path: `/${type}`,
      headers,
      body: bodyOf(someResource(type, undefined, tools), tools.random),
    }
  },
  update: (tools) => {
    const { random } = tools
    const [type, id] = [someType(random), someId(random)]
    const headers =
      random.integer(4) === 0
        ? { ...json, 'if-match': random.pick(['W/"1"', 'W/"2"', '"3"', 'x', '*', 'W/"x"']) }
        : json
    return {
      method: 'PUT',
      path: `/${type}/${encoded(id)}`,
      headers,
      body: bodyOf(someResource(type, id, tools), random),
    }
  },
  'conditional update': (tools) => {
    const type = someType(tools.random)
    const id = tools.random.integer(2) === 0 ? undefined : someId(tools.random)
    return {
      method: 'PUT',
      path: `/${type}?${conditions(tools.random)}`,
      headers: json,
      body: bodyOf(someResource(type, id, tools), tools.random),
    }
  },
  delete: ({ random }) => ({ method: 'DELETE', path: `/${someType(random)}/${encoded(someId(random))}`, ...none }),
  'conditional delete': ({ random }) => ({
    method: 'DELETE',
    path: `/${someType(random)}?${conditions(random)}`,
    ...none,
  }),
  patch: (tools) => {
    const { random } = tools
    const type = someType(random)
    const { contentType, body } = patchDocument(type, random)
    return {
      method: 'PATCH',
      path: random.integer(6) === 0 ? `/${type}?${conditions(random)}` : `/${type}/${encoded(someId(random))}`,
      headers: { 'content-type': contentType },
      body: bodyOf(body, random),
    }
  },
  search: ({ definitions, random }) => {
    const type = someType(random)
    const known = definitions.isResourceType(type) ? type : 'Patient'
    const query = random.integer(12) === 0 ? random.pick(hostileQueries) : searchQuery(known, definitions, random)
    const strict =
      random.integer(2) === 0 ? { prefer: `handling=${random.pick(['strict', 'lenient', 'x'])}` } : undefined
    if (random.integer(5) > 0)
      return { method: 'GET', path: `/${type}?${query}`, headers: { ...strict }, body: undefined }
    return {
      method: 'POST',
      path: `/${type}/_search`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...strict },
      body: Buffer.from(query),
    }
  },
  'search all types': ({ definitions, random }) => ({
    method: 'GET',
    path: `/?${random.pick(['_type=Patient&', '', '_type=Patient,Observation&', '_type=x&'])}${searchQuery('Patient', definitions, random)}`,
    ...none,
  }),
  'search compartment': ({ definitions, random }) => ({
    method: 'GET',
    path: `/Patient/${encoded(someId(random))}/${random.pick([...types, '*'])}?${searchQuery('Observation', definitions, random)}`,
    ...none,
  }),
  history: ({ random }) => ({
    method: 'GET',
    path: `${random.pick(['', `/${someType(random)}`, `/${someType(random)}/${encoded(someId(random))}`])}/_history?${random.pick(
      [
        '',
        '_count=2',
        '_since=2020-01-01T00:00:00Z',
        '_since=x',
        '_at=2030',
        '_count=-1',
        '_count=x',
        '_cursor=x',
        '_sort=x',
        '_list=x',
      ],
    )}`,
    ...none,
  }),
  batch: (tools) => bundleRequest('batch', tools),
  transaction: (tools) => bundleRequest('transaction', tools),
  'next page': ({ random, pages }) => {
    const page = pages.length > 0 ? random.pick(pages) : '/Patient?_count=1'
    return { method: 'GET', path: random.integer(2) === 0 ? page : spoilWord(page, random), ...none }
  },
  operation: ({ random }) => ({
    method: random.pick(['GET', 'POST']),
    path: random.pick([
      '/Patient/p1/$everything?_count=5',
      '/$nothing',
      '/Patient/$everything',
      '/Patient/p1/$everything?_since=x',
      '/Observation/p1/$everything',
      '/Patient/$validate',
      '/$reindex',
      '/ValueSet/$expand?url=x',
    ]),
    headers: json,
    body:
      random.integer(2) === 0
        ? undefined
        : Buffer.from(JSON.stringify({ resourceType: 'Parameters', parameter: [anything(random)] })),
  }),
}

const weights: Record<string, number> = {
  create: 4,
  update: 6,
  search: 6,
  transaction: 4,
  batch: 3,
  patch: 4,
  delete: 2,
  'conditional update': 3,
}
const weighted = Object.keys(makers).flatMap((name) => Array.from({ length: weights[name] ?? 1 }, () => name))

function bundleRequest(type: 'batch' | 'transaction', tools: Tools): Omit<FuzzRequest, 'interaction'> {
  const { random } = tools
  const tag = `${type}-${random.integer(2 ** 31)}`
  const bundle = bundleOf(type, random, (resourceType, id) => {
    const resource = someResource(resourceType, id, tools, true)
    resource.meta = { tag: [{ system: 'urn:fuzz', code: tag }] }
    return resource
  })
  if (random.integer(6) === 0) spoilValue(bundle, random)
  return {
    method: 'POST',
    path: random.integer(20) === 0 ? '' : '/',
    headers: json,
    body: bodyOf(bundle, random),
    ...(type === 'transaction' && { tag }),
  }
}

function strangeHeader(random: Random): Record<string, string> {
  const name = random.pick([
    'content-type',
    'accept',
    'prefer',
    'if-match',
    'if-none-match',
    'if-modified-since',
    'if-none-exist',
    'content-encoding',
    'accept-encoding',
    'x-request-id',
    'x-http-method-override',
    'authorization',
    'origin',
    'range',
    'x-forwarded-host',

    'content-language',
  ])
  const value = random.pick([
    ...hostileTexts,
    'application/xml',
    'application/fhir+xml',
    'application/fhir+json; fhirVersion=3.0',
    'text/plain',
    'application/json; charset=latin1',
    'gzip',
    'deflate',
    'return=minimal',
    'return=representation',
    'return=OperationOutcome',
    'respond-async',
    'handling=strict',
    'W/"1"',
    '*/*;q=0',
    'application/*',
    'multipart/form-data',
  ])
  return { [name]: headerText(value) }
}

/** What Node lets through as a header: no line breaks, no controls, Latin-1 only. */
function headerText(value: string): string {
  // oxlint-disable-next-line no-control-regex
  return value.replaceAll(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '?').slice(0, 3000)
}

function spoiledPath(path: string, random: Random): string {
  const spoiled =
    random.integer(3) === 0
      ? path + random.pick(['/', '//', '%2f', '/..', '%', '%00', '%zz', '?', '#', ';x'])
      : spoilWord(path, random)
  return spoiled
}

/** A request line holds visible ASCII. */
const visible = (path: string) =>
  path.toWellFormed().replaceAll(/[^\u0021-\u007e]/gu, (character) => encodeURIComponent(character))

/** For a printed request: its body as text, unless it is none. */
export function describe({ interaction, method, path, headers, body }: FuzzRequest): string {
  const text = body === undefined ? '' : body.toString('utf8')
  return `${interaction}: ${method} ${path} ${JSON.stringify(headers)} ${text.length > 2000 ? `${text.slice(0, 2000)}… (${text.length})` : text}`
}
