import { nhsNumberSystem, parseNhsNumber } from '../../../standards/nhs/nhs-number.ts'
import { type OdsCode, odsCodeSystem, parseOdsCode } from '../../../standards/nhs/ods-code.ts'
import type { Address, CurrentPatientAnswer, Demographics, Gender, PersonName } from './port.ts'
import { isObject, type Json, objects, text, texts } from './upstream.ts'

/**
 * What a PDS Patient means for who asked, on this day. undefined: it is no PDS Patient.
 * https://digital.nhs.uk/developer/api-catalogue/personal-demographics-service-fhir#get-/Patient/-id-
 */
export function patientAnswer(patient: unknown, now: Date, score?: number): CurrentPatientAnswer | undefined {
  if (!isObject(patient) || patient['resourceType'] !== 'Patient') return undefined
  const today = now.toISOString().slice(0, 10)
  const demographics = demographicsOf(patient, today)
  if (!demographics) return undefined
  const practice = currentPractice(patient, today)
  if (demographics.restricted) return { outcome: 'restricted', demographics }
  if (demographics.deceased) return { outcome: 'deceased', demographics, ...(practice && { practice }) }
  if (!practice) return { outcome: 'no-practice', demographics }
  return { outcome: 'found', patient: { demographics, practice }, ...(score !== undefined && { score }) }
}

function demographicsOf(patient: Json, today: string): Demographics | undefined {
  const identifier = objects(patient['identifier']).find(({ system }) => system === nhsNumberSystem)
  const nhsNumber = parseNhsNumber(text(patient['id']) ?? text(identifier?.['value']) ?? '')
  if (!nhsNumber) return undefined
  const current = objects(patient['name']).filter((name) => isCurrent(name['period'], today))
  const usual = current.find(({ use }) => use === 'usual') ?? current[0] ?? objects(patient['name'])[0]
  const gender = text(patient['gender'])
  const birthDate = text(patient['birthDate'])
  return {
    nhsNumber,
    name: nameOf(usual ?? {}),
    otherNames: objects(patient['name'])
      .filter((name) => name !== usual)
      .map(nameOf),
    ...(isGender(gender) && { gender }),
    ...(birthDate && { birthDate }),
    addresses: objects(patient['address'])
      .filter(({ period }) => isCurrent(period, today))
      .map(addressOf),
    telecoms: objects(patient['telecom'])
      .filter(({ period }) => isCurrent(period, today))
      .flatMap(telecomOf),
    ...deceased(patient),
    restricted: isRestricted(patient),
  }
}

function nameOf(name: Json): PersonName {
  const use = text(name['use'])
  return {
    ...(use && { use }),
    family: text(name['family']) ?? '',
    given: texts(name['given']),
    prefix: texts(name['prefix']),
    suffix: texts(name['suffix']),
  }
}

function addressOf(address: Json): Address {
  const [use, city, postcode] = [text(address['use']), text(address['city']), text(address['postalCode'])]
  return { ...(use && { use }), lines: texts(address['line']), ...(city && { city }), ...(postcode && { postcode }) }
}

function telecomOf(telecom: Json): Demographics['telecoms'][number][] {
  const [system, value, use] = [text(telecom['system']), text(telecom['value']), text(telecom['use'])]
  return system && value ? [{ system, value, ...(use && { use }) }] : []
}

/** The practice somebody left stays in the list with an end to its period. */
function currentPractice(patient: Json, today: string): OdsCode | undefined {
  for (const { identifier } of objects(patient['generalPractitioner'])) {
    if (!isObject(identifier) || identifier['system'] !== odsCodeSystem) continue
    if (isCurrent(identifier['period'], today)) return parseOdsCode(text(identifier['value']) ?? '')
  }
  return undefined
}

function isCurrent(period: unknown, today: string): boolean {
  if (!isObject(period)) return true
  const [start, end] = [text(period['start']), text(period['end'])]
  return (start === undefined || start.slice(0, 10) <= today) && (end === undefined || end.slice(0, 10) >= today)
}

const restrictedCodes = new Set(['R', 'V'])
function isRestricted(patient: Json): boolean {
  const meta = patient['meta']
  return isObject(meta) && objects(meta['security']).some(({ code }) => restrictedCodes.has(String(code)))
}

function deceased(patient: Json): Pick<Demographics, 'deceased'> {
  const at = text(patient['deceasedDateTime'])
  if (!at && patient['deceasedBoolean'] !== true) return {}
  const extension = objects(patient['extension']).find(({ url }) => String(url).endsWith('DeathNotificationStatus'))
  const status = objects(extension?.['extension']).find(({ url }) => url === 'deathNotificationStatus')
  const concept = status?.['valueCodeableConcept']
  const code = isObject(concept) ? objects(concept['coding'])[0]?.['code'] : undefined
  return { deceased: { ...(at && { at }), status: code === '2' ? 'formal' : code === '1' ? 'informal' : 'unknown' } }
}

const genders: readonly string[] = ['male', 'female', 'other', 'unknown']
const isGender = (value: string | undefined): value is Gender => value !== undefined && genders.includes(value)
