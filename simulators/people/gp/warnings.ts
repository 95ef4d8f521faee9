/** What a provider says when the answer is not the whole record. */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import { codeSystem } from './shape.ts'

/** https://developer.nhs.uk/apis/gpconnect-1-6-0/accessrecord_structured_development_version_compatibility.html */
export function notImplemented(
  id: string,
  parameters: readonly { readonly name: string; readonly why: 'unrecognised' | 'disabled' }[],
): Resource {
  return {
    resourceType: 'OperationOutcome',
    id,
    meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-OperationOutcome-1'] },
    issue: parameters.map(({ name, why }) => ({
      severity: 'warning',
      code: 'not-supported',
      details: {
        coding: [
          { system: codeSystem('Spine-ErrorOrWarningCode'), code: 'NOT_IMPLEMENTED', display: 'Not implemented' },
        ],
        text: why === 'disabled' ? `${name} has been disabled` : `${name} is an unrecognised parameter`,
      },
      diagnostics: name,
    })),
  }
}
