import { lookup } from '../../lookup.ts'
import { element, type XmlElement, type XmlNode } from '../../xml/element.ts'
import type { Desk } from '../desk.ts'
import { identifier } from '../desk.ts'
import { address, endsOf, nameParts, organisationIds, telecoms, unknownTelecom } from '../entries/people.ts'
import type { HumanName, Organisation, Patient } from '../record.ts'
import { point } from '../time.ts'

/** https://hl7.org/cda/us/ccda/ US Realm Header: recordTarget. What the record does not say is said to be unknown. */
export function recordTarget(patient: Patient | undefined, practice: Organisation | undefined, desk: Desk): XmlElement {
  return element(
    'recordTarget',
    undefined,
    element(
      'patientRole',
      undefined,
      ...patientIds(patient, desk),
      ...(patient && patient.addresses.length > 0
        ? patient.addresses.map(address)
        : [element('addr', { nullFlavor: 'UNK' })]),
      ...(patient ? telecoms(patient.telecoms) : [unknownTelecom]),
      element(
        'patient',
        undefined,
        ...patientNames(patient?.names ?? []),
        gender(patient?.gender),
        point('birthTime', patient?.birthDate),
        ...deceased(patient?.deceased),
        marital(patient),
        // British records hold no race or ethnicity in American terms.
        element('raceCode', { nullFlavor: 'UNK' }),
        element('ethnicGroupCode', { nullFlavor: 'UNK' }),
        ...languages(patient),
      ),
      practice && providerOrganization(practice, desk),
    ),
  )
}

function patientIds(patient: Patient | undefined, desk: Desk): XmlNode[] {
  if (!patient) return [element('id', { nullFlavor: 'UNK' })]
  return [...patient.identifiers.map(({ system, value }) => identifier(system, value)), desk.id(patient.key)]
}

const nameUse: Readonly<Record<string, string>> = lookup({
  official: 'L',
  usual: 'L',
  nickname: 'P',
  anonymous: 'P',
  temp: 'P',
})

function patientNames(names: readonly HumanName[]): XmlElement[] {
  if (names.length === 0) return [element('name', { nullFlavor: 'UNK' })]
  return names.map((name) => {
    const parts = nameParts(name)
    // A name that is one string only is its family name as far as anybody can tell: CDA's patient has no other place for it.
    const whole = name.family === undefined && name.given.length === 0 ? name.text : undefined
    const missing = [
      ...(name.given.length === 0 ? [element('given', { nullFlavor: 'UNK' })] : []),
      ...(name.family === undefined
        ? [whole === undefined ? element('family', { nullFlavor: 'UNK' }) : element('family', undefined, whole)]
        : []),
    ]
    return {
      name: 'name',
      attributes: { use: name.use === undefined ? undefined : nameUse[name.use] },
      children: [
        ...parts.filter((part) => part.name === 'prefix'),
        ...parts.filter((part) => part.name === 'given'),
        ...missing.filter((part) => part.name === 'given'),
        ...parts
          .filter((part) => part.name === 'family')
          .map((part) => (name.use === 'maiden' ? { ...part, attributes: { qualifier: 'BR' } } : part)),
        ...missing.filter((part) => part.name === 'family'),
        ...parts.filter((part) => part.name === 'suffix'),
        ...validTime(name),
      ],
    }
  })
}

function validTime({ use, period }: HumanName): XmlElement[] {
  const ends = endsOf(period)
  const ended = ends.some((end) => end.name === 'high')
  // No longer in use, since a time that is not known.
  if (!ended && (use === 'old' || use === 'maiden')) ends.push(element('high', { nullFlavor: 'UNK' }))
  return ends.length === 0 ? [] : [element('validTime', undefined, ...ends)]
}

const genders: Readonly<Record<string, { code: string; name: string }>> = lookup({
  male: { code: 'M', name: 'Male' },
  female: { code: 'F', name: 'Female' },
  other: { code: 'UN', name: 'Undifferentiated' },
})
function gender(value: string | undefined): XmlElement {
  const known = value === undefined ? undefined : genders[value]
  return known
    ? element('administrativeGenderCode', {
        code: known.code,
        codeSystem: '2.16.840.1.113883.5.1',
        displayName: known.name,
      })
    : element('administrativeGenderCode', { nullFlavor: 'UNK' })
}

function deceased(value: string | boolean | undefined): XmlNode[] {
  if (value === undefined || value === false) return []
  return typeof value === 'string'
    ? [element('sdtc:deceasedInd', { value: 'true' }), point('sdtc:deceasedTime', value)]
    : [element('sdtc:deceasedInd', { value: 'true' })]
}

const maritalCodes = new Set(['A', 'C', 'D', 'I', 'L', 'M', 'P', 'S', 'T', 'U', 'W'])
function marital(patient: Patient | undefined): XmlElement | undefined {
  const coding = patient?.maritalStatus?.codings.find((one) => one.code !== undefined && maritalCodes.has(one.code))
  return (
    coding &&
    element('maritalStatusCode', {
      code: coding.code,
      codeSystem: '2.16.840.1.113883.5.2',
      displayName: coding.display,
    })
  )
}

/** As CDA writes languages (RFC 3066); the NHS has codes of its own for some, which are told in words. */
export function isLanguageCode(code: string): boolean {
  return /^[a-z]{2,3}(?:-[A-Za-z]{2})?$/.test(code)
}

const modes = new Set(['ESGN', 'ESP', 'EWR', 'RSGN', 'RSP', 'RWR'])
function languages(patient: Patient | undefined): XmlElement[] {
  const found: XmlElement[] = []
  for (const { code, preferred, mode, proficiency } of patient?.languages ?? []) {
    if (!isLanguageCode(code)) continue
    found.push(
      element(
        'languageCommunication',
        undefined,
        element('languageCode', { code }),
        mode !== undefined &&
          modes.has(mode) &&
          element('modeCode', { code: mode, codeSystem: '2.16.840.1.113883.5.60' }),
        proficiency !== undefined &&
          /^[EFGP]$/.test(proficiency) &&
          element('proficiencyLevelCode', { code: proficiency, codeSystem: '2.16.840.1.113883.5.61' }),
        preferred !== undefined && element('preferenceInd', { value: String(preferred) }),
      ),
    )
  }
  return found
}

function providerOrganization(practice: Organisation, desk: Desk): XmlElement {
  desk.ledger.used(practice.key, 'providerOrganization and custodian')
  return element(
    'providerOrganization',
    undefined,
    ...organisationIds(practice, desk),
    practice.name === undefined ? element('name', { nullFlavor: 'UNK' }) : element('name', undefined, practice.name),
    ...telecoms(practice.telecoms),
    address(practice.addresses[0]),
  )
}
