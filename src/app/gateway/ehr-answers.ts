import { Buffer } from 'node:buffer'
import { rim, rs, scheme, xdsb } from '../../standards/ihe/ebxml/names.ts'
import { hl7 } from '../../standards/ihe/hl7v3/data-types.ts'
import { parseContentType } from '../../standards/ihe/mtom/content-type.ts'
import { readMtom, resolveIncludes } from '../../standards/ihe/mtom/read.ts'
import { soap12 } from '../../standards/ihe/soap/namespaces.ts'
import { type ParsedElement, readXml } from '../../standards/xml/read.ts'
import { attribute, childNamed, childrenNamed, descend, elements, textOf } from '../../standards/xml/select.ts'
import type { DocumentName } from './ehr-requests.ts'

/** What an EHR reads in the gateway's answers. */
export type Told = {
  /** AA OK, Success, XDSUnknownPatientId … */
  readonly outcome: string
  readonly ok: boolean
  readonly details: readonly string[]
}
export type DocumentFound = DocumentName & { readonly kind: 'stable' | 'on-demand'; readonly title: string }

export function readAnswer(body: Buffer, contentType: string): ParsedElement {
  const type = parseContentType(contentType)
  let root: ParsedElement
  if (type?.type === 'multipart/related') {
    const pack = readMtom(body, type)
    root = resolveIncludes(readXml(pack.root.bytes, { maxBytes: 100_000_000 }), pack.parts)
  } else root = readXml(body, { maxBytes: 100_000_000 })
  const content = descend(root, soap12, 'Body')
  const [message] = content ? elements(content) : []
  if (!message) throw new Error('The answer has no body')
  return message
}

export function faultOf(message: ParsedElement): Told | undefined {
  if (message.local !== 'Fault' || message.namespace !== soap12) return undefined
  const code = textOf(descend(message, soap12, 'Code', 'Subcode', 'Value') ?? descend(message, soap12, 'Code', 'Value'))
  return { outcome: code.trim(), ok: false, details: [textOf(descend(message, soap12, 'Reason', 'Text'))] }
}

export function readDiscovery(message: ParsedElement): Told & { readonly patients: readonly string[] } {
  const code = (...path: string[]) => attribute(descend(message, hl7, ...path), 'code') ?? '?'
  const acknowledgement = childNamed(message, hl7, 'acknowledgement')
  const details = acknowledgement ? childrenNamed(acknowledgement, hl7, 'acknowledgementDetail') : []
  const control = childNamed(message, hl7, 'controlActProcess')
  const subjects = control ? childrenNamed(control, hl7, 'subject') : []
  return {
    outcome: `${code('acknowledgement', 'typeCode')} ${code('controlActProcess', 'queryAck', 'queryResponseCode')}`,
    ok: code('acknowledgement', 'typeCode') === 'AA' && subjects.length > 0,
    details: details.map((detail) => textOf(childNamed(detail, hl7, 'text'))),
    patients: subjects.map(
      (subject) =>
        attribute(descend(subject, hl7, 'registrationEvent', 'subject1', 'patient', 'id'), 'extension') ?? '?',
    ),
  }
}

export function readQuery(message: ParsedElement): Told & { readonly documents: readonly DocumentFound[] } {
  const list = childNamed(message, rim, 'RegistryObjectList')
  const documents = (list ? childrenNamed(list, rim, 'ExtrinsicObject') : []).map((entry): DocumentFound => {
    const repository = childrenNamed(entry, rim, 'Slot').find(
      (slot) => attribute(slot, 'name') === 'repositoryUniqueId',
    )
    const uniqueId = childrenNamed(entry, rim, 'ExternalIdentifier').find(
      (id) => attribute(id, 'identificationScheme') === scheme.uniqueId,
    )
    return {
      home: attribute(entry, 'home') ?? '',
      repositoryUniqueId: textOf(repository && descend(repository, rim, 'ValueList', 'Value')),
      documentUniqueId: attribute(uniqueId, 'value') ?? '',
      kind: childrenNamed(entry, rim, 'Slot').some((slot) => attribute(slot, 'name') === 'hash')
        ? 'stable'
        : 'on-demand',
      title: attribute(descend(entry, rim, 'Name', 'LocalizedString'), 'value') ?? '',
    }
  })
  return { ...registryTold(message), documents }
}

export function readRetrieve(message: ParsedElement): Told & { readonly document: Buffer | undefined } {
  const response = childNamed(message, rs, 'RegistryResponse')
  const text = textOf(descend(message, xdsb, 'DocumentResponse', 'Document'))
  return { ...registryTold(response ?? message), document: text ? Buffer.from(text, 'base64') : undefined }
}

function registryTold(message: ParsedElement): Told {
  const status = (attribute(message, 'status') ?? '?').split(':').at(-1)!
  const list = childNamed(message, rs, 'RegistryErrorList')
  const errors = list ? childrenNamed(list, rs, 'RegistryError') : []
  const details = errors.map((error) => `${attribute(error, 'errorCode')}: ${attribute(error, 'codeContext')}`)
  return { outcome: status, ok: status === 'Success', details }
}
