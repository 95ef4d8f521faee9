import type { XmlNode } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import { coded } from '../entries/code.ts'
import { details, recordedBy, stated } from '../entries/details.ts'
import { encounterLink } from '../entries/encounter-link.ts'
import { author } from '../entries/participation.ts'
import { headings, table, writtenRow } from '../narrative.ts'
import type { KnownDocument } from '../record.ts'
import { point, readableWhen } from '../time.ts'
import { otherName } from './allergies.ts'
import { listed } from './item-text.ts'
import { entry, nothingToTell, type Section } from './section.ts'

const head = headings('Document', 'Created', 'Format', 'Details', 'Recorded')

/** Documents that the record knows of: letters and reports kept beside it, which this document does not hold. */
export const documents: Section = {
  name: 'documents',
  title: 'Documents known',
  code: '11503-0',
  codeName: 'Medical records',
  areas: ['documents'],
  templates: () => undefined,
  content(record, desk) {
    if (record.documents.length === 0) return nothingToTell
    const made = record.documents.map((document) => {
      const id = desk.narrativeId('d')
      desk.ledger.placed(document.key, 'documents', id)
      if (document.custodian) desk.ledger.used(document.custodian.key, 'The keeper of a document')
      return { row: documentRow(document, id), entry: entry(known(document, id, desk)) }
    })
    return {
      blocks: [
        table(
          '',
          head,
          made.map((one) => one.row),
        ),
      ],
      entries: made.map((one) => one.entry),
    }
  },
}

function documentRow(document: KnownDocument, id: string): XmlNode {
  const { contentType, size } = document
  return writtenRow(xml`<tr ID="${id}">
    <td><content ID="${`${id}c`}">${document.code.text || 'Document of unknown type'}</content>${otherName(document.code)}</td>
    <td>${readableWhen(document.when)}</td>
    <td>${listed(contentType ?? '', size === undefined ? '' : `${size} bytes`)}</td>
    <td>${details(document, document.notes.length > 0 ? `${id}n` : undefined, [
      stated('Title', document.title),
      stated('Address', document.url),
      stated('Kept by', document.custodian?.name),
      document.status !== 'current' && stated('Status', document.status),
    ])}</td>
    <td>${recordedBy(document)}</td>
  </tr>`)
}

/** A reference to the document where it is kept. */
function known(document: KnownDocument, id: string, desk: Desk): XmlNode {
  const mediaType =
    document.contentType !== undefined && /^[\w.+-]+\/[\w.+-]+$/.test(document.contentType)
      ? document.contentType
      : undefined
  return xml`<act classCode="ACT" moodCode="EVN">
    ${desk.id(document.key)}
    ${coded('code', document.code, `${id}c`)}
    <text><reference value="#${id}"/></text>
    <statusCode code="${document.mistaken === undefined ? 'completed' : 'nullified'}"/>
    ${point('effectiveTime', document.when.at)}
    ${author(document, desk)}
    ${encounterLink(document, desk)}
    <reference typeCode="REFR"><externalDocument classCode="DOCCLIN" moodCode="EVN">${[
      desk.ids(document.key, document.identifiers),
      document.url !== undefined && xml`<text mediaType="${mediaType}"><reference value="${document.url}"/></text>`,
    ]}</externalDocument></reference>
  </act>`
}
