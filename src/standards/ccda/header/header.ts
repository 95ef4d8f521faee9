import { element, type XmlElement, type XmlNode } from '../../xml/element.ts'
import { loinc } from '../codes/systems.ts'
import { type Desk, namespace } from '../desk.ts'
import {
  address,
  nameText,
  organisationIds,
  personName,
  practitionerIds,
  telecom,
  telecoms,
  unknownTelecom,
} from '../entries/people.ts'
import { templates } from '../entries/template.ts'
import type { HealthRecord, Organisation, Practitioner } from '../record.ts'
import { nameUuid } from '../uuid.ts'
import { recordTarget } from './record-target.ts'

/** Everything of the document before its sections. https://hl7.org/cda/us/ccda/ US Realm Header (V3) and CCD (V3) */
export function header(record: HealthRecord, at: Date, desk: Desk): XmlNode[] {
  const time = timestamp(at)
  return [
    element('realmCode', { code: 'US' }),
    element('typeId', { root: '2.16.840.1.113883.1.3', extension: 'POCD_HD000040' }),
    templates('1.1', '2015-08-01'),
    templates('1.2', '2015-08-01'),
    element('id', { root: documentId(record, at) }),
    element('code', {
      code: '34133-9',
      codeSystem: loinc,
      codeSystemName: 'LOINC',
      displayName: 'Summarization of Episode Note',
    }),
    element('title', undefined, titleOf(record)),
    element('effectiveTime', { value: time }),
    confidentiality(record),
    element('languageCode', { code: 'en-GB' }),
    recordTarget(record.patient, record.custodian, desk),
    author(record.custodian, time, desk),
    custodian(record.custodian, desk),
    ...contacts(record),
    documentationOf(record, time, desk),
  ]
}

/** The same record at the same time is the same document. */
export function documentId(record: HealthRecord, at: Date): string {
  const contents = record.id === '' ? record.resources.map((resource) => resource.key).join('\n') : record.id
  return nameUuid(namespace, `${record.authority}\n${record.patient?.key ?? ''}\n${contents}\n${at.toISOString()}`)
}

/** Restricted where something in it is not for the patient's eyes. */
function confidentiality(record: HealthRecord): XmlElement {
  const { restricted } = record
  return element('confidentialityCode', {
    code: restricted ? 'R' : 'N',
    codeSystem: '2.16.840.1.113883.5.25',
    displayName: restricted ? 'restricted' : 'normal',
  })
}

function titleOf(record: HealthRecord): string {
  const name = nameText(record.patient?.names[0])
  return name === '' ? 'GP record' : `GP record of ${name}`
}

/** To the second, in universal time. */
export function timestamp(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}+0000`
}

/** The document was put together by software for the practice; the people of the record are the authors of its entries. */
function author(practice: Organisation | undefined, time: string, desk: Desk): XmlElement {
  return element(
    'author',
    undefined,
    element('time', { value: time }),
    element(
      'assignedAuthor',
      undefined,
      element('id', { root: namespace }),
      address(practice?.addresses[0]),
      ...telecoms(practice?.telecoms.slice(0, 1) ?? []),
      element(
        'assignedAuthoringDevice',
        undefined,
        element('manufacturerModelName', undefined, 'Weft'),
        element('softwareName', undefined, 'Weft GP record to C-CDA conversion'),
      ),
      element(
        'representedOrganization',
        undefined,
        ...(practice ? organisationIds(practice, desk) : [element('id', { nullFlavor: 'UNK' })]),
        practice?.name === undefined
          ? element('name', { nullFlavor: 'UNK' })
          : element('name', undefined, practice.name),
        ...telecoms(practice?.telecoms ?? []),
        address(practice?.addresses[0]),
      ),
    ),
  )
}

function custodian(practice: Organisation | undefined, desk: Desk): XmlElement {
  const phone = practice?.telecoms[0]
  return element(
    'custodian',
    undefined,
    element(
      'assignedCustodian',
      undefined,
      element(
        'representedCustodianOrganization',
        undefined,
        ...(practice ? organisationIds(practice, desk) : [element('id', { nullFlavor: 'UNK' })]),
        practice?.name === undefined
          ? element('name', { nullFlavor: 'UNK' })
          : element('name', undefined, practice.name),
        phone ? telecom(phone) : unknownTelecom,
        address(practice?.addresses[0]),
      ),
    ),
  )
}

/** Next of kin and others the record names, as supporting participants. */
function contacts(record: HealthRecord): XmlElement[] {
  const found: XmlElement[] = []
  for (const { relationship, name, telecoms: numbers, address: home } of record.patient?.contacts ?? []) {
    const next = relationship !== undefined && /next of kin/i.test(relationship)
    const emergency = relationship !== undefined && /emergency/i.test(relationship)
    found.push(
      element(
        'participant',
        { typeCode: 'IND' },
        element(
          'associatedEntity',
          { classCode: next ? 'NOK' : emergency ? 'ECON' : 'PRS' },
          relationship !== undefined &&
            element('code', { nullFlavor: 'OTH' }, element('originalText', undefined, relationship)),
          home !== undefined && address(home),
          ...numbers.map(telecom),
          element('associatedPerson', undefined, personName(name)),
        ),
      ),
    )
  }
  return found
}

/** What is documented is the care from birth until now, by the practitioners whom the record names. */
function documentationOf(record: HealthRecord, time: string, desk: Desk): XmlElement {
  return element(
    'documentationOf',
    { typeCode: 'DOC' },
    element(
      'serviceEvent',
      { classCode: 'PCPR' },
      element('effectiveTime', undefined, birth(record), element('high', { value: time })),
      ...record.practitioners.map((practitioner) => performerOf(practitioner, record, desk)),
    ),
  )
}

function birth(record: HealthRecord): XmlElement {
  const value = record.patient?.birthDate?.replaceAll('-', '')
  return element('low', value !== undefined && /^\d{4,8}$/.test(value) ? { value } : { nullFlavor: 'UNK' })
}

function performerOf(practitioner: Practitioner, record: HealthRecord, desk: Desk): XmlElement {
  const role = practitioner.roles.find((one) => one.code)
  const employer = practitioner.roles.find((one) => one.organisation)?.organisation
  desk.ledger.used(practitioner.key, 'documentationOf')
  for (const one of practitioner.roles) {
    desk.ledger.used(one.key, 'documentationOf')
    if (one.organisation) desk.ledger.used(one.organisation.key, 'documentationOf')
  }
  const regular = record.patient?.generalPractitioner?.practitioner?.key === practitioner.key
  return element(
    'performer',
    { typeCode: 'PRF' },
    regular &&
      element('functionCode', {
        code: 'PCP',
        codeSystem: '2.16.840.1.113883.5.88',
        displayName: 'primary care physician',
      }),
    element(
      'assignedEntity',
      undefined,
      ...practitionerIds(practitioner, desk),
      role?.code !== undefined &&
        element('code', { nullFlavor: 'OTH' }, element('originalText', undefined, role.code.text)),
      practitioner.addresses.length > 0 ? address(practitioner.addresses[0]) : element('addr', { nullFlavor: 'UNK' }),
      ...telecoms(practitioner.telecoms),
      element('assignedPerson', undefined, personName(practitioner.names[0])),
      employer !== undefined &&
        element(
          'representedOrganization',
          undefined,
          ...organisationIds(employer, desk),
          employer.name === undefined
            ? element('name', { nullFlavor: 'UNK' })
            : element('name', undefined, employer.name),
          ...telecoms(employer.telecoms),
          address(employer.addresses[0]),
        ),
    ),
  )
}
