import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { noTracing } from '../../src/platform/telemetry/port.ts'
import { Readable } from 'node:stream'
import { readThrough } from '../../src/platform/cache/read-through.ts'
import type { Cache } from '../../src/platform/cache/port.ts'
import type { HttpRequest, HttpResponse, Mount } from '../../src/platform/http/port.ts'
import type { Call } from '../../src/kernel/ports.ts'
import { memoryTransactionLog } from '../../src/services/ihe-gateway/audit/memory.ts'
import { memoryContinuations } from '../../src/services/ihe-gateway/continuations/memory.ts'
import { memoryDocuments } from '../../src/services/ihe-gateway/documents/memory.ts'
import { memoryMapping } from '../../src/services/ihe-gateway/mapping/memory.ts'
import { soapMount } from '../../src/services/ihe-gateway/service.ts'
import type { GatewaySettings } from '../../src/services/ihe-gateway/settings.ts'
import type {
  Demographics,
  PatientAnswer,
  PatientQuery,
  RecordAnswer,
  Sources,
} from '../../src/services/ihe-gateway/sources/port.ts'
import { memoryReplays } from '../../src/services/ihe-gateway/xua/replays.ts'
import { type AssertionClaims, writeAssertion } from '../../src/standards/ihe/saml/write.ts'
import { element } from '../../src/standards/xml/element.ts'
import { nhsNumberFrom } from '../../src/standards/nhs/nhs-number.ts'
import { parseOdsCode } from '../../src/standards/nhs/ods-code.ts'
import { alsoKept } from '../harness/run-log.ts'

const keys = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
export const issuerKeys = keys()
export const foreignKeys = keys()

export const home = 'urn:oid:1.2.826.0.1.3680043.10.999.1'
export const repository = '1.2.826.0.1.3680043.10.999.2'
export const community = 'urn:oid:1.2.840.114350.1.13.999'
export const localRoot = '1.2.840.114350.1.13.999.7'
export const audience = 'https://gateway.example/SOAP'
export const odsCode = parseOdsCode('RR8')!

export const settings: GatewaySettings = {
  homeCommunityId: home,
  repositoryUniqueId: repository,
  deviceId: '1.2.826.0.1.3680043.10.999.3',
  offer: ['on-demand', 'delayed'],
  documentLifetimeSeconds: 14_400,
  areas: { allergies: { resolved: true } },
  xua: {
    audiences: [audience],
    clockSkewSeconds: 60,
    assertionUse: 'once',
    issuers: [
      {
        issuer: 'https://ehr.example/idp',
        certificates: [issuerKeys.publicKey],
        authorities: [],
        communities: [community],
      },
    ],
  },
  communities: [
    {
      id: community,
      name: 'A hospital',
      transactions: ['ITI-38', 'ITI-39', 'ITI-47', 'ITI-55'],
      purposes: ['TREATMENT'],
      patientIdRoots: [localRoot],
      organisations: [{ name: 'A hospital', odsCode }],
      clientCertificates: [],
    },
  ],
  replyTo: [],
  audit: { sourceId: 'gateway.example', enterpriseSiteId: 'weft' },
  maxRequestBytes: 1_000_000,
}

/** A valid NHS number that no person has: 999 is never given. */
export const nhsNumber = (index: number) => {
  for (let at = index * 11; ; at++) {
    const number = nhsNumberFrom(`999${String(at).padStart(6, '0')}`)
    if (number) return number
  }
}

export const aPatient = (over: Partial<Demographics> = {}): Demographics => ({
  nhsNumber: nhsNumber(1),
  name: { use: 'usual', family: 'Quartz', given: ['Amber', 'Jo'], prefix: ['Ms'], suffix: [] },
  otherNames: [],
  gender: 'female',
  birthDate: '1970-02-28',
  addresses: [{ use: 'home', lines: ['1 Mineral Row', 'Stonely'], city: 'Rockton', postcode: 'RO1 1CK' }],
  telecoms: [
    { system: 'phone', value: '01632 960 001', use: 'home' },
    { system: 'email', value: 'amber@mail.example' },
  ],
  restricted: false,
  ...over,
})

export const found = (over: Partial<Demographics> = {}): PatientAnswer => ({
  outcome: 'found',
  patient: { demographics: aPatient(over), practice: parseOdsCode('A20047')! },
})
export const aRecord = (): RecordAnswer => ({
  outcome: 'record',
  bundle: { resourceType: 'Bundle', type: 'collection' } as never,
  practice: parseOdsCode('A20047')!,
  retrievedAt: new Date(0),
  from: 'source',
  warnings: [],
})

export type Asked = { patient: PatientQuery[]; records: number }
/** Sources that answer what the test says; what they were asked is kept. */
export function fakeSources(
  patient: PatientAnswer | ((query: PatientQuery) => PatientAnswer) = found(),
  record: RecordAnswer | (() => RecordAnswer) = aRecord(),
): Sources & { asked: Asked } {
  const asked: Asked = { patient: [], records: 0 }
  return {
    asked,
    async findPatient(_call, _asking, query) {
      asked.patient.push(query)
      return typeof patient === 'function' ? patient(query) : patient
    },
    async structuredRecord() {
      asked.records++
      return typeof record === 'function' ? record() : record
    },
  }
}

const noCache: Cache = { get: async () => undefined, set: async () => {}, delete: async () => {} }
const mapCache = (): Cache => {
  const kept = new Map<string, Buffer>()
  return {
    get: async (key) => kept.get(JSON.stringify(key)),
    set: async (key, value) => void kept.set(JSON.stringify(key), value),
    delete: async (key) => void kept.delete(JSON.stringify(key)),
  }
}

/** A response as whoever receives it sees it: its body in one piece. */
export function whole(response: HttpResponse): HttpResponse & { readonly body: Buffer } {
  const { body = '' } = response
  if (body instanceof Readable) throw new TypeError('The gateway answers without a stream')
  return {
    ...response,
    body: Buffer.isBuffer(body) ? body : typeof body === 'string' ? Buffer.from(body) : Buffer.concat(body),
  }
}

export type Line = { level: string; event: string; fields?: object }
export type TestGateway = {
  readonly mount: Mount
  readonly log: ReturnType<typeof memoryTransactionLog>
  readonly lines: Line[]
  readonly delivered: { address: string; contentType: string; body: string | Buffer }[]
  readonly clock: { now: Date }
  readonly call: Call
  readonly sources: Sources
  send(
    path: string,
    body: string | Buffer,
    contentType?: string,
    headers?: Record<string, string>,
  ): Promise<HttpResponse & { readonly body: Buffer }>
}

export function aGateway(
  over: {
    sources?: Sources
    settings?: Partial<GatewaySettings>
    cache?: boolean
    content?: () => string
    clientCertificate?: (request: HttpRequest) => string | undefined
  } = {},
): TestGateway {
  const clock = { now: new Date('2026-03-01T12:00:00Z') }
  const lines: Line[] = []
  const write = (level: string) => (event: string, fields?: object) =>
    void lines.push({ level, event, ...(fields && { fields }) })
  const log = alsoKept({ info: write('info'), warn: write('warn'), error: write('error') })
  const records = memoryTransactionLog(10_000)
  const delivered: TestGateway['delivered'] = []
  const sources = over.sources ?? fakeSources()
  const content = over.content ?? (() => 'A record')
  const tick = () => clock.now
  const mount = soapMount({
    gateway: {
      settings: { ...settings, ...over.settings },
      sources,
      convert: (_record, at) => ({
        value: element(
          'ClinicalDocument',
          { xmlns: 'urn:hl7-org:v3' },
          element('title', {}, content()),
          element('effectiveTime', { value: at.toISOString() }),
        ),
        issues: [],
      }),
      mapping: memoryMapping(),
      documents: memoryDocuments(),
      continuations: memoryContinuations(tick),
      readThrough: readThrough({ cache: over.cache === false ? noCache : mapCache(), sleep: async () => {}, log }),
      tracer: noTracing,
      ids: randomUUID,
    },
    replays: memoryReplays(tick),
    log: records,
    sender: { send: () => {} },
    meter: { transaction: () => {} },
    deliver: async (_call, address, contentType, body) => void delivered.push({ address, contentType, body }),
    background: () => {},
    clock: tick,
    clientCertificate: over.clientCertificate ?? (() => undefined),
    clientAddress: () => '192.0.2.1',
    refusedCall: () => call,
  })
  const call: Call = {
    tenant: 1,
    caller: { id: 'test', scopes: new Set() },
    requestId: 'test',
    signal: new AbortController().signal,
    log,
  }
  return {
    mount,
    log: records,
    lines,
    delivered,
    clock,
    call,
    sources,
    async send(path, body, contentType = 'application/soap+xml; charset=utf-8', headers = {}) {
      const route = mount.routes.find((one) => one.path === path)
      if (!route) throw new Error(`no route ${path}`)
      const request: HttpRequest = {
        method: 'POST',
        path,
        query: '',
        params: {},
        headers: { ...headers, 'content-type': contentType },
        body: Buffer.isBuffer(body) ? body : Buffer.from(body),
      }
      return whole(await route.handle(call, request))
    },
  }
}

export const claims = (now: Date, over: Partial<AssertionClaims> = {}): AssertionClaims => ({
  id: `_${randomUUID()}`,
  issuer: 'https://ehr.example/idp',
  subject: 'ajones',
  audience,
  issuedAt: new Date(now.getTime() - 1000),
  notOnOrAfter: new Date(now.getTime() + 300_000),
  name: 'Dr Ann Jones',
  organisation: 'A hospital',
  organisationId: 'RR8',
  homeCommunityId: community,
  role: { code: '158965000', system: '2.16.840.1.113883.6.96', display: 'Medical practitioner' },
  purposeOfUse: { code: 'TREATMENT', system: '2.16.840.1.113883.3.18.7.1', display: 'Treatment' },
  ...over,
})
export const assertion = (now: Date, over: Partial<AssertionClaims> = {}, key = issuerKeys.privateKey) =>
  writeAssertion(claims(now, over), key)
