import { Buffer } from 'node:buffer'
import { serialise } from '../../xml/serialise.ts'
import { type Xml, xml } from '../tree.ts'
import { xopInclude } from './read.ts'

export type Attachment = { readonly id: string; readonly type: string; readonly bytes: Buffer }
/** The parts of `body` follow each other: an attachment is large, and is sent as it lies. */
export type MtomMessage = { readonly contentType: string; readonly body: readonly Buffer[] }

/** Stands in the envelope for an attachment: nothing, white space neither, beside it. https://www.w3.org/TR/xop10/#xop_include */
export function include(attachment: Attachment): Xml {
  return xml('xop:Include', { 'xmlns:xop': xopInclude, href: `cid:${encodeURIComponent(attachment.id)}` })
}

/**
 * Envelope and attachments as one package, also where there are none: ITI TF-2 V.8.
 * `boundary` must be fresh: nobody who chose a part's content may know it.
 */
export function writeMtom(
  envelope: string,
  action: string,
  attachments: readonly Attachment[],
  boundary: string,
): MtomMessage {
  const rootId = `root.${boundary}@weft`
  const chunks = [
    head(boundary, 'application/xop+xml; charset=UTF-8; type="application/soap+xml"', rootId),
    Buffer.from(envelope),
    ...attachments.flatMap((one) => [head(boundary, one.type, one.id, true), one.bytes]),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]
  return {
    contentType: `multipart/related; boundary="${boundary}"; type="application/xop+xml"; start="<${rootId}>"; start-info="application/soap+xml"; action="${action}"`,
    body: chunks,
  }
}

function head(boundary: string, type: string, id: string, further = false): Buffer {
  return Buffer.from(
    `${further ? '\r\n' : ''}--${boundary}\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <${id}>\r\n\r\n`,
  )
}

/**
 * The envelope with each xop:Include replaced by the attachment in base64, which needs no escaping: a simple SOAP message, in
 * parts that follow each other. Attachments stand in the order in which the envelope includes them.
 */
export function inline(envelope: string, attachments: readonly Attachment[]): readonly Buffer[] {
  const chunks: Buffer[] = []
  let rest = envelope
  for (const attachment of attachments) {
    const placeholder = serialise(include(attachment), { declaration: false })
    const at = rest.indexOf(placeholder)
    if (at < 0) throw new RangeError('The envelope does not include the attachment')
    chunks.push(Buffer.from(rest.slice(0, at)), Buffer.from(attachment.bytes.toString('base64'), 'latin1'))
    rest = rest.slice(at + placeholder.length)
  }
  return [...chunks, Buffer.from(rest)]
}
