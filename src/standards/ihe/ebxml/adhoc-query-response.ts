import { type Xml, xml } from '../tree.ts'
import { type DocumentEntry, extrinsicObject, objectRef } from './document-entry.ts'
import { query, responseStatus, rim } from './names.ts'
import { type RegistryError, registryErrorList } from './registry-error.ts'

/** Entries and no error is Success, also when there are no entries; both is PartialSuccess. ITI TF-3 4.2.4.2 */
export function adhocQueryResponse(
  entries: readonly DocumentEntry[],
  returnType: 'LeafClass' | 'ObjectRef',
  errors: readonly RegistryError[],
): Xml {
  const failed = errors.some((error) => error.severity !== 'Warning')
  const status = !failed ? 'success' : entries.length ? 'partialSuccess' : 'failure'
  return xml(
    'query:AdhocQueryResponse',
    { 'xmlns:query': query, status: responseStatus[status] },
    registryErrorList(errors),
    // The schema wants the list also where nothing may be in it.
    xml(
      'rim:RegistryObjectList',
      { 'xmlns:rim': rim },
      entries.map(returnType === 'LeafClass' ? extrinsicObject : objectRef),
    ),
  )
}
