import { Buffer } from 'node:buffer'
import { hl7 } from '../../../standards/ihe/hl7v3/data-types.ts'
import { soap12 } from '../../../standards/ihe/soap/namespaces.ts'
import type { SourcedXml } from '../../../standards/xml/read.ts'
import { childNamed, descend, elements } from '../../../standards/xml/select.ts'

/**
 * What a message asked, as it was written: the AdhocQueryRequest or the queryByParameter, as ITI TF-2 3.18.5.1 and 3.47.5.1
 * want it in the audit. Not the envelope: an assertion in an audit repository is a key under a doormat.
 */
export function askedIn({ root, sourceOf }: SourcedXml): Buffer {
  const body = childNamed(root, soap12, 'Body')
  const [asked] = body ? elements(body) : []
  if (!asked) return Buffer.alloc(0)
  return Buffer.from(sourceOf(descend(asked, hl7, 'controlActProcess', 'queryByParameter') ?? asked))
}
