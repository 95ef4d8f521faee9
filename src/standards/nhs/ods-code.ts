declare const brand: unique symbol
/** The code of an organisation in the Organisation Data Service, in capitals. */
export type OdsCode = string & { readonly [brand]: 'OdsCode' }

/** FHIR's identifier system of an ODS code. */
export const odsCodeSystem = 'https://fhir.nhs.uk/Id/ods-organization-code'

/** https://www.datadictionary.nhs.uk/attributes/organisation_code.html: letters and digits, no spaces, at most 12. */
export function parseOdsCode(text: string): OdsCode | undefined {
  const code = text.trim().toUpperCase()
  return /^[A-Z0-9]{3,12}$/.test(code) ? (code as OdsCode) : undefined
}
