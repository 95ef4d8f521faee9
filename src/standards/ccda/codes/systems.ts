import { lookup } from '../../lookup.ts'
import { nameUuid } from '../uuid.ts'

/** Code systems and identifier systems: the URIs records use, and the OIDs a CDA document names them by. */
export const snomed = '2.16.840.1.113883.6.96'
export const loinc = '2.16.840.1.113883.6.1'
export const nhsNumberOid = '2.16.840.1.113883.2.1.4.1'

/**
 * `known` where it is one of the list here, and not of a record's making. `isNullFlavor` where its codes say why there is none:
 * HL7's NullFlavor.
 */
export type CodeSystem = {
  readonly oid: string
  readonly name: string
  readonly known?: true
  readonly isNullFlavor?: boolean
}

const snomedSystem: CodeSystem = { oid: snomed, name: 'SNOMED CT', known: true }
const codeSystems: Readonly<Record<string, CodeSystem>> = lookup({
  'http://snomed.info/sct': snomedSystem,
  // dm+d, the UK's dictionary of medicines, is an extension of SNOMED CT and shares its code space.
  'https://dmd.nhs.uk': snomedSystem,
  'http://loinc.org': { oid: loinc, name: 'LOINC', known: true },
  'http://read.info/readv2': { oid: '2.16.840.1.113883.2.1.6.2', name: 'Read codes version 2', known: true },
  'http://read.info/ctv3': { oid: '2.16.840.1.113883.2.1.3.2.4.14', name: 'Read codes CTV3', known: true },
  'https://fhir.hl7.org.uk/Id/egton-codes': {
    oid: '2.16.840.1.113883.2.1.6.3',
    name: 'EMIS (Egton) codes',
    known: true,
  },
  'https://fhir.hl7.org.uk/Id/emis-drug-codes': {
    oid: '2.16.840.1.113883.2.1.6.9',
    name: 'EMIS drug codes',
    known: true,
  },
  'https://fhir.hl7.org.uk/Id/multilex-drug-codes': {
    oid: '2.16.840.1.113883.2.1.6.4',
    name: 'Multilex drug codes',
    known: true,
  },
  'https://fhir.hl7.org.uk/Id/resipuk-gemscript-drug-codes': {
    oid: '2.16.840.1.113883.2.1.6.15',
    name: 'Gemscript drug codes',
    known: true,
  },
  'http://hl7.org/fhir/sid/icd-10': { oid: '2.16.840.1.113883.6.3', name: 'ICD-10', known: true },
  'http://hl7.org/fhir/sid/icd-10-cm': { oid: '2.16.840.1.113883.6.90', name: 'ICD-10-CM', known: true },
  'http://hl7.org/fhir/sid/cvx': { oid: '2.16.840.1.113883.12.292', name: 'CVX', known: true },
  'http://www.nlm.nih.gov/research/umls/rxnorm': { oid: '2.16.840.1.113883.6.88', name: 'RxNorm', known: true },
  'http://unitsofmeasure.org': { oid: '2.16.840.1.113883.6.8', name: 'UCUM', known: true },
  'http://hl7.org/fhir/v2/0078': { oid: '2.16.840.1.113883.5.83', name: 'ObservationInterpretation', known: true },
  'http://terminology.hl7.org/CodeSystem/v2-0078': {
    oid: '2.16.840.1.113883.5.83',
    name: 'ObservationInterpretation',
    known: true,
  },
})

const identifierSystems: Readonly<Record<string, string>> = lookup({
  'https://fhir.nhs.uk/Id/nhs-number': nhsNumberOid,
  'https://fhir.nhs.uk/Id/ods-organization-code': '1.2.826.0.1285.0.1.10',
  'https://fhir.nhs.uk/Id/ods-site-code': '1.2.826.0.1285.0.1.10',
  'https://fhir.nhs.uk/Id/sds-user-id': '1.2.826.0.1285.0.2.0.65',
  'https://fhir.nhs.uk/Id/sds-role-profile-id': '1.2.826.0.1285.0.2.0.67',
})

/** Where a URI has no OID that everybody knows it gets a root of our own, always the same one, and keeps the URI as its name. */
export function codeSystem(uri: string): CodeSystem {
  // Nearly every code there is: no need to look it up.
  if (uri === 'http://snomed.info/sct') return snomedSystem
  return made(
    codeSystemCache,
    uri,
    (system) =>
      codeSystems[system] ?? { oid: rootOf(system), name: system, isNullFlavor: /nullflavor\s*$/i.test(system) },
  )
}
const codeSystemCache = new Map<string, CodeSystem>()

export function identifierRoot(uri: string): string {
  // Nearly every identifier of a record is of one system: whether it is the same is told sooner than where it is kept.
  if (uri !== lastIdentifier.uri)
    lastIdentifier = { uri, root: made(identifierCache, uri, (system) => identifierSystems[system] ?? rootOf(system)) }
  return lastIdentifier.root
}
const identifierCache = new Map<string, string>()

function rootOf(uri: string): string {
  const oid = /^(?:urn:oid:)?([0-2](?:\.(?:0|[1-9]\d*))+)$/.exec(uri)?.[1]
  return oid ?? nameUuid(uriNamespace, uri)
}
/** RFC 4122, appendix C: names that are URLs. */
const uriNamespace = '6ba7b811-9dad-11d1-80b4-00c04fd430c8'

function made<T>(cache: Map<string, T>, key: string, make: (key: string) => T): T {
  const known = cache.get(key)
  if (known !== undefined) return known
  const value = make(key)
  // URIs come from the record: a hostile one could name a new system in each code, or long ones.
  if (key.length > 300) return value
  if (cache.size > 1000) cache.clear()
  cache.set(key, value)
  return value
}

let lastIdentifier = { uri: '', root: rootOf('') }
