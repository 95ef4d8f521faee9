import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bundle, Resource } from '../../src/standards/fhir/types.ts'
import { nhsNumberSystem, parseNhsNumber } from '../../src/standards/nhs/nhs-number.ts'
import { odsCodeSystem, parseOdsCode } from '../../src/standards/nhs/ods-code.ts'
import { filterRecord } from './gp-connect/filter-record.ts'
import type { Consumer, SimulatedPatient, SimulatedPractice, World } from './world.ts'

type Json = Record<string, unknown>
/** Folders of published records below `gpconnect/`, and of Patients below `pds/`. */
const recordFolders = ['supplier-full', 'emis-full', 'supplier-themed', 'consumer-data', 'edge']
const standardPractice = 'A20047'

/**
 * The patients and records that the NHS and its suppliers published for testing, from a folder that holds them. The first
 * record of a patient is taken; `recordOf` names the file.
 */
export function publishedWorld(
  folder: string,
  consumers: readonly Consumer[],
): { readonly world: World; readonly recordOf: ReadonlyMap<string, string> } {
  const patients = new Map<string, SimulatedPatient>()
  const recordOf = new Map<string, string>()
  for (const name of recordFolders)
    for (const [file, bundle] of jsonFiles(join(folder, 'gpconnect', name))) {
      const patient = patientOf(bundle as Bundle)
      if (!patient || patients.has(patient.nhsNumber)) continue
      patients.set(patient.nhsNumber, patient)
      recordOf.set(patient.nhsNumber, `${name}/${file}`)
    }
  for (const [, value] of jsonFiles(join(folder, 'pds', 'patientResponses'))) {
    const pds = value as Resource
    const nhsNumber = parseNhsNumber(pds.id ?? '')
    if (!nhsNumber || patients.has(nhsNumber)) continue
    const restricted = JSON.stringify(pds.meta?.['security'] ?? '').includes('"R"')
    patients.set(nhsNumber, { nhsNumber, pds, ...(restricted && { pdsState: 'restricted' as const }) })
  }
  const codes = new Set(Array.from(patients.values(), practiceOf))
  const practices = Array.from(codes, (odsCode, index): [string, SimulatedPractice] => [
    odsCode,
    aPractice(odsCode, index),
  ])
  return { world: { patients, practices: new Map(practices), consumers }, recordOf }
}

function* jsonFiles(folder: string): Generator<[string, unknown]> {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')))
    yield [file, JSON.parse(readFileSync(join(folder, file), 'utf8'))]
}

function patientOf(bundle: Bundle): SimulatedPatient | undefined {
  const resources = (bundle.entry ?? []).flatMap(({ resource }) => resource ?? [])
  const patient = resources.find(({ resourceType }) => resourceType === 'Patient')
  const identifier = objects(patient?.['identifier']).find(({ system }) => system === nhsNumberSystem)
  const nhsNumber = parseNhsNumber(String(identifier?.['value'] ?? ''))
  if (!patient || !nhsNumber || bundle.type !== 'collection') return undefined
  const managing = String((patient['managingOrganization'] as Json | undefined)?.['reference'] ?? '')
  const organisation = resources.find(({ resourceType, id }) => `${resourceType}/${id}` === managing)
  const code = objects(organisation?.['identifier']).find(({ system }) => system === odsCodeSystem)?.['value']
  return {
    nhsNumber,
    pds: pdsPatient(patient, nhsNumber, parseOdsCode(String(code ?? '')) ?? standardPractice),
    record: (request) => filterRecord(bundle, request),
  }
}

/** What PDS would say of the person of a record. */
function pdsPatient(patient: Resource, nhsNumber: string, practice: string): Resource {
  const [name] = objects(patient['name'])
  const organisation = { system: odsCodeSystem, value: practice, period: { start: '2000-01-01' } }
  return {
    resourceType: 'Patient',
    id: nhsNumber,
    meta: { versionId: '1' },
    identifier: [{ system: nhsNumberSystem, value: nhsNumber }],
    name: [{ ...name, use: 'usual' }],
    ...(patient['gender'] !== undefined && { gender: patient['gender'] }),
    ...(patient['birthDate'] !== undefined && { birthDate: patient['birthDate'] }),
    generalPractitioner: [{ type: 'Organization', identifier: organisation }],
  }
}

function practiceOf({ pds }: SimulatedPatient): string {
  const [first] = objects(pds['generalPractitioner'])
  return String((first?.['identifier'] as Json | undefined)?.['value'] ?? standardPractice)
}

const aPractice = (odsCode: string, index: number): SimulatedPractice => ({
  odsCode,
  name: odsCode,
  asid: String(918_999_200_000 + index),
  partyKey: `${odsCode}-9${String(index).padStart(5, '0')}`,
  address: `https://provider.example/${odsCode}/STU3/1/gpconnect/structured/fhir`,
})

const objects = (value: unknown) => (Array.isArray(value) ? (value as Json[]) : [])
