import { type Xml, xml } from '../tree.ts'
import { rs } from './names.ts'

/** ITI TF-3 4.2.4.1 */
export type RegistryError = {
  readonly errorCode: string
  readonly codeContext: string
  /** The answering gateway's homeCommunityId. */
  readonly location: string
  readonly severity?: 'Error' | 'Warning'
}

const severityType = 'urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:'

/** Undefined where there is none: an empty list is not allowed. */
export function registryErrorList(errors: readonly RegistryError[]): Xml | undefined {
  if (errors.length === 0) return undefined
  const worst = errors.some((error) => error.severity !== 'Warning') ? 'Error' : 'Warning'
  return xml(
    'rs:RegistryErrorList',
    { 'xmlns:rs': rs, highestSeverity: `${severityType}${worst}` },
    errors.map(({ errorCode, codeContext, location, severity }) =>
      xml('rs:RegistryError', {
        errorCode,
        codeContext,
        location,
        severity: `${severityType}${severity ?? 'Error'}`,
      }),
    ),
  )
}
