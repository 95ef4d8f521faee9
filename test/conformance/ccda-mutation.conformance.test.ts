import assert from 'node:assert/strict'
import { test } from 'node:test'
import { convertToCcda } from '../../src/standards/ccda/convert.ts'
import { parseJson } from '../../src/standards/fhir/json.ts'
import { serialise } from '../../src/standards/xml/serialise.ts'
import { publishedRecords } from './gp-connect-bundles.ts'

const at = new Date('2025-01-01T00:00:00Z')
const records = publishedRecords()

/** What may change without a change in the document, and why. */
const silent: readonly (readonly [RegExp, string])[] = [
  [
    /\.(?:url|system|profile|versionId|lastUpdated|id|userSelected)$/,
    'machinery: which profile, which address, which of two terms was picked',
  ],
  [/\((?:Extension-)?coding-sct(?:desc|decs)id\)/i, 'the id of a description, whose term is told'],
  [/\.(?:subject|patient)\./, 'whose record it is: another patient is told of, a name beside the reference is not'],
  [/^List\.(?!note|entry)/, 'lists show in where their items stand'],
  [/^List\.entry\.item\.reference$/, 'an item that its list no longer names is told all the same'],
  [/\.(?:context|encounter)\.reference$|associatedEncounter/, 'consultations tell what belongs to them'],
  [
    /^(?:Location|Organization|Practitioner|PractitionerRole|HealthcareService)\./,
    'told where somebody refers to them',
  ],
  [
    /^Patient\.(?:address\.type|telecom\.rank|contact|generalPractitioner|managingOrganization|extension)/,
    'header: what CDA has no place for, or says with a code',
  ],
  [/^OperationOutcome\.issue\.(?:code|severity|diagnostics|details\.coding)/, 'the words of the warning are told'],
  [/\.(?:verificationStatus|taken)$/, '`unconfirmed` and `unk` say nothing, and neither do words nobody knows'],
  [
    /\.category\b|\.participant\.type\.|\.practitioner\.role\./,
    'kinds of things and roles: they show in where the item stands',
  ],
  [/\.(?:coding\.)?display$/, 'the words chosen are others, and the code decides'],
  [/coding\.code$/, 'a code of GP Connect for words that are told'],
  [/(?:Quantity|quantity|length|Duration)\.code$/, 'another spelling of the unit'],
  [
    /^MedicationRequest\.(?:intent|medicationReference\.reference)$|^MedicationStatement\.medicationReference\.reference$/,
    'statement and plan name the same product',
  ],
  [/\.note\.(?:time|authorReference\.reference)$/, 'the same note twice, in statement and plan'],
  [
    /(?:recorder|performer|requester\.agent|author|onBehalfOf)\.reference$/,
    'a reference that led nowhere before, or to somebody who is told as another one',
  ],
  [
    /^Observation\.(?:identifier\.value|related\.)/,
    'comments have no entry but their place in the notes, and members are told with their headings',
  ],
  [/^ProcedureRequest\.intent$/, 'order or not, it is a request'],
  [
    /^DiagnosticReport\.basedOn|^MedicationRequest\.dispenseRequest\.validityPeriod\.start$/,
    'the same as is told beside it',
  ],
]

function changed(value: unknown, key: string): unknown {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value + 7
  if (typeof value !== 'string') return undefined
  if (/^\d{4}(?:-\d\d){0,2}(?:T.*)?$/.test(value)) return value.replace(/^\d{4}/, (year) => String(Number(year) - 3))
  return key === 'reference' ? value.replace(/[^/#]+$/, 'nowhere') : `${value} otherwise`
}

test('whatever one thing of a published record is changed, its document or the account of it changes', {
  skip: records ? false : 'CONFORMANCE_DATA is not set',
}, () => {
  const unheard: string[] = []
  const seen = new Map<string, number>()
  let tried = 0
  for (const { name, bundle } of records ?? []) {
    const text = JSON.stringify(bundle)
    if (text.length > 250_000) continue
    const record = parseJson(text) as { entry?: Record<string, unknown>[] }
    const told = (): string => {
      const { value, issues, ledger } = convertToCcda(record, at)
      return serialise(value) + JSON.stringify([issues, ledger])
    }
    const before = told()
    const visit = (holder: Record<string, unknown>, path: string): void => {
      for (const [key, value] of Object.entries(holder)) {
        const place = Array.isArray(holder) ? path : `${path}.${key}`
        if (typeof value === 'object' && value !== null && !('rawJSON' in value)) {
          const url = (value as { url?: unknown }).url
          const from = typeof url === 'string' && place.endsWith('xtension') ? `(${url.split('/').at(-1) ?? ''})` : ''
          visit(value as Record<string, unknown>, place + from)
          continue
        }
        const other = changed(value, key)
        const count = seen.get(place) ?? 0
        if (other === undefined || count >= 2 || silent.some(([pattern]) => pattern.test(place))) continue
        seen.set(place, count + 1)
        tried++
        holder[key] = other
        if (refusedOr(told) === before) unheard.push(`${name}: ${place}: ${String(value).slice(0, 60)}`)
        holder[key] = value
      }
    }
    for (const entry of record.entry ?? []) {
      const resource = (entry.resource ?? entry) as Record<string, unknown>
      visit(resource, String(resource.resourceType))
    }
  }
  assert.deepEqual(unheard, [])
  console.log(`${tried} changes, each of them told`)
})

/** A type or a profile that is changed may make it no GP record at all, which is an answer too. */
function refusedOr(tell: () => string): string {
  try {
    return tell()
  } catch {
    return 'refused'
  }
}
