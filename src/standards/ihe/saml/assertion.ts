import type { ParsedElement } from '../../xml/read.ts'
import { attribute, childNamed, childrenNamed, elements, textOf } from '../../xml/select.ts'
import { saml2 } from '../soap/namespaces.ts'

/** What a SAML 2.0 assertion says of the person who asks. ITI TF-2 3.40.4.1.2 */
export type Assertion = {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly confirmations: readonly Confirmation[]
  readonly conditions:
    | {
        /** That there are none but those below, and how often one may vouch on: SAML core 2.5.1.1. */
        readonly understood: boolean
        readonly notBefore: Date | undefined
        readonly notOnOrAfter: Date | undefined
        /** Each restriction must be met by one of its audiences. */
        readonly audiences: readonly (readonly string[])[]
        readonly oneTimeUse: boolean
      }
    | undefined
  readonly authenticatedAt: Date | undefined
  readonly attributes: SubjectAttributes
}
/** A limit that cannot be read is an invalid Date: neither before it nor after it is any time. */
export type Confirmation = {
  readonly method: string
  readonly notBefore: Date | undefined
  readonly notOnOrAfter: Date | undefined
}
export type SubjectAttributes = {
  readonly name: string | undefined
  readonly organisation: string | undefined
  readonly organisationId: string | undefined
  readonly role: CodedAttribute | undefined
  readonly purposeOfUse: CodedAttribute | undefined
  /** CX of the patient the request is about. */
  readonly resourceId: string | undefined
  /** `urn:oid:…`, whichever way it was written. */
  readonly homeCommunityId: string | undefined
  readonly sdsUserId: string | undefined
  readonly sdsRoleProfileId: string | undefined
}
export type CodedAttribute = { readonly code: string; readonly system?: string; readonly display?: string }

export const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'

/** The names by which each attribute is known: IHE's and XSPA's first, then what Epic and the NHIN send. */
export const attributeNames = {
  name: ['urn:oasis:names:tc:xspa:1.0:subject:subject-id', 'urn:oasis:names:tc:xacml:1.0:subject:subject-id'],
  organisation: ['urn:oasis:names:tc:xspa:1.0:subject:organization'],
  organisationId: ['urn:oasis:names:tc:xspa:1.0:subject:organization-id'],
  role: ['urn:oasis:names:tc:xacml:2.0:subject:role'],
  purposeOfUse: [
    'urn:oasis:names:tc:xspa:1.0:subject:purposeofuse',
    'urn:oasis:names:tc:xspa:1.0:subject:purposeforuse',
  ],
  resourceId: [
    'urn:oasis:names:tc:xacml:2.0:resource:resource-id',
    'urn:oasis:names:tc:xacml:1.0:resource:resource-id',
  ],
  homeCommunityId: ['urn:ihe:iti:xca:2010:homeCommunityId', 'urn:nhin:names:saml:homeCommunityId'],
  sdsUserId: ['https://fhir.nhs.uk/Id/sds-user-id'],
  sdsRoleProfileId: ['https://fhir.nhs.uk/Id/sds-role-profile-id'],
} as const

/** Reads what was signed, and only that: see verify.ts. Statements and attributes may repeat; the first that says something counts. */
export function readAssertion(assertion: ParsedElement): Assertion {
  const conditions = childNamed(assertion, saml2, 'Conditions')
  const subject = childNamed(assertion, saml2, 'Subject')
  const named = childrenNamed(assertion, saml2, 'AttributeStatement').flatMap((statement) =>
    childrenNamed(statement, saml2, 'Attribute'),
  )
  const values = (name: keyof typeof attributeNames) =>
    attributeNames[name].flatMap((wanted) =>
      named
        .filter((one) => attribute(one, 'Name')?.trim().toLowerCase() === wanted.toLowerCase())
        .flatMap((one) => childrenNamed(one, saml2, 'AttributeValue')),
    )
  const text = (name: keyof typeof attributeNames) =>
    values(name)
      .map((value) => textOf(value).trim())
      .find((value) => value !== '')
  const home = text('homeCommunityId')
  return {
    id: attribute(assertion, 'ID') ?? '',
    issuer: textOf(childNamed(assertion, saml2, 'Issuer')).trim(),
    subject: textOf(subject && childNamed(subject, saml2, 'NameID')).trim(),
    confirmations: (subject ? childrenNamed(subject, saml2, 'SubjectConfirmation') : []).map((one) => {
      const data = childNamed(one, saml2, 'SubjectConfirmationData')
      return {
        method: attribute(one, 'Method') ?? '',
        notBefore: limit(data, 'NotBefore'),
        notOnOrAfter: limit(data, 'NotOnOrAfter'),
      }
    }),
    conditions: conditions && {
      understood: elements(conditions).every(
        ({ namespace, local }) =>
          namespace === saml2 && ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'].includes(local),
      ),
      notBefore: limit(conditions, 'NotBefore'),
      notOnOrAfter: limit(conditions, 'NotOnOrAfter'),
      audiences: childrenNamed(conditions, saml2, 'AudienceRestriction').map((restriction) =>
        childrenNamed(restriction, saml2, 'Audience').map((audience) => textOf(audience).trim()),
      ),
      oneTimeUse: childNamed(conditions, saml2, 'OneTimeUse') !== undefined,
    },
    authenticatedAt: instant(childNamed(assertion, saml2, 'AuthnStatement'), 'AuthnInstant'),
    attributes: {
      name: text('name'),
      organisation: text('organisation'),
      organisationId: text('organisationId'),
      role: coded(values('role')),
      purposeOfUse: coded(values('purposeOfUse')),
      resourceId: text('resourceId'),
      homeCommunityId: home && (home.startsWith('urn:oid:') ? home : `urn:oid:${home}`),
      sdsUserId: text('sdsUserId'),
      sdsRoleProfileId: text('sdsRoleProfileId'),
    },
  }
}

/** An HL7 CE within the value, whatever its element is called (`PurposeOfUse`, `PurposeForUse`, `Role`), or a bare code. */
function coded(values: readonly ParsedElement[]): CodedAttribute | undefined {
  for (const value of values) {
    const ce = [value, ...elements(value)].find((one) => attribute(one, 'code')?.trim())
    const code = attribute(ce, 'code')?.trim() ?? textOf(value).trim()
    if (!code) continue
    const system = attribute(ce, 'codeSystem')?.trim()
    const display = attribute(ce, 'displayName')?.trim()
    return { code, ...(system && { system }), ...(display && { display }) }
  }
  return undefined
}

function limit(element: ParsedElement | undefined, name: string): Date | undefined {
  return attribute(element, name) === undefined ? undefined : (instant(element, name) ?? new Date(Number.NaN))
}

function instant(element: ParsedElement | undefined, name: string): Date | undefined {
  const text = attribute(element, name)?.trim()
  if (!text || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.test(text)) return undefined
  // SAML times are in UTC, also where the Z was forgotten: SAML core 1.3.3.
  const at = new Date(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`)
  return Number.isNaN(at.getTime()) ? undefined : at
}
