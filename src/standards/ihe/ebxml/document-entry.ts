import { type Xml, xml } from '../tree.ts'
import { availabilityStatus, objectType, rim, scheme } from './names.ts'

export type Code = { readonly code: string; readonly codingScheme: string; readonly display: string }

/** XDSDocumentEntry as a responding gateway gives it: ITI TF-3 Table 4.3.2.1-3. */
export type DocumentEntry = {
  /** `urn:uuid:…`, lower case. */
  readonly entryUuid: string
  readonly uniqueId: string
  readonly status: keyof typeof availabilityStatus
  readonly home: string
  readonly repositoryUniqueId: string
  readonly mimeType: string
  /** CX, `id^^^&oid&ISO`. */
  readonly patientId: string
  readonly sourcePatientId: string
  readonly languageCode: string
  readonly title?: string
  readonly comments?: string
  readonly author?: { readonly person?: string; readonly institution?: string }
  readonly classCode: Code
  readonly typeCode: Code
  readonly formatCode: Code
  readonly confidentialityCodes: readonly Code[]
  readonly healthcareFacilityTypeCode: Code
  readonly practiceSettingCode: Code
  /** DTM in UTC. */
  readonly serviceStartTime?: string
  readonly serviceStopTime?: string
  /** An on-demand entry says nothing of its content; a stable one says all. */
  readonly content: { readonly type: 'on-demand' } | StableContent
}
export type StableContent = {
  readonly type: 'stable'
  readonly creationTime: string
  readonly hash: string
  readonly size: number
}

/** Hash and size of a document that will be built when it is first retrieved: Delayed Document Assembly, ITI TF-3 4.3.1.2.3. */
export const notAssembledYet = { hash: 'da39a3ee5e6b4b0d3255bfef95601890afd80709', size: 0 } as const

export function extrinsicObject(entry: DocumentEntry): Xml {
  const id = entry.entryUuid
  const { content } = entry
  const classifications = [
    ...(entry.author ? [authorClassification(id, entry.author)] : []),
    ...(
      [
        ['classCode', entry.classCode],
        ...entry.confidentialityCodes.map((code) => ['confidentialityCode', code] as const),
        ['formatCode', entry.formatCode],
        ['healthcareFacilityTypeCode', entry.healthcareFacilityTypeCode],
        ['practiceSettingCode', entry.practiceSettingCode],
        ['typeCode', entry.typeCode],
      ] as const
    ).map(([name, code], index) => classification(id, name, code, index)),
  ]
  return xml(
    'rim:ExtrinsicObject',
    {
      'xmlns:rim': rim,
      id,
      home: entry.home,
      lid: id,
      objectType: objectType[content.type === 'stable' ? 'stable' : 'onDemand'],
      status: availabilityStatus[entry.status],
      mimeType: entry.mimeType,
      isOpaque: 'false',
    },
    content.type === 'stable'
      ? [slot('creationTime', content.creationTime), slot('hash', content.hash), slot('size', String(content.size))]
      : [],
    slot('languageCode', entry.languageCode),
    slot('repositoryUniqueId', entry.repositoryUniqueId),
    entry.serviceStartTime === undefined ? undefined : slot('serviceStartTime', entry.serviceStartTime),
    entry.serviceStopTime === undefined ? undefined : slot('serviceStopTime', entry.serviceStopTime),
    slot('sourcePatientId', entry.sourcePatientId),
    entry.title === undefined ? undefined : localized('rim:Name', entry.title),
    entry.comments === undefined ? undefined : localized('rim:Description', entry.comments),
    xml('rim:VersionInfo', { versionName: '1.1' }),
    classifications,
    externalIdentifier(id, 'patientId', entry.patientId),
    externalIdentifier(id, 'uniqueId', entry.uniqueId),
  )
}

export function objectRef(entry: DocumentEntry): Xml {
  return xml('rim:ObjectRef', { 'xmlns:rim': rim, id: entry.entryUuid, home: entry.home })
}

function slot(name: string, ...values: string[]): Xml {
  const list = xml(
    'rim:ValueList',
    {},
    values.map((value) => xml('rim:Value', {}, value)),
  )
  return xml('rim:Slot', { name }, list)
}

const localized = (name: string, value: string) => xml(name, {}, xml('rim:LocalizedString', { value }))

/** Ids of parts need be unique in the answer, nothing more. */
const partId = (entryUuid: string, part: string) => `urn:uuid:${entryUuid.slice(9)}.${part}`

function classification(entryUuid: string, name: keyof typeof scheme, code: Code, index: number): Xml {
  return xml(
    'rim:Classification',
    {
      id: partId(entryUuid, `${name}.${index}`),
      objectType: 'urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Classification',
      classificationScheme: scheme[name],
      classifiedObject: entryUuid,
      nodeRepresentation: code.code,
    },
    slot('codingScheme', code.codingScheme),
    localized('rim:Name', code.display),
  )
}

function authorClassification(entryUuid: string, author: NonNullable<DocumentEntry['author']>): Xml {
  return xml(
    'rim:Classification',
    {
      id: partId(entryUuid, 'author'),
      objectType: 'urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Classification',
      classificationScheme: scheme.author,
      classifiedObject: entryUuid,
      nodeRepresentation: '',
    },
    author.person === undefined ? undefined : slot('authorPerson', author.person),
    author.institution === undefined ? undefined : slot('authorInstitution', author.institution),
  )
}

function externalIdentifier(entryUuid: string, name: 'patientId' | 'uniqueId', value: string): Xml {
  return xml(
    'rim:ExternalIdentifier',
    {
      id: partId(entryUuid, name),
      objectType: 'urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:ExternalIdentifier',
      registryObject: entryUuid,
      identificationScheme: scheme[name],
      value,
    },
    localized('rim:Name', `XDSDocumentEntry.${name}`),
  )
}
