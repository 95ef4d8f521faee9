/** What Spine calls a kind of message; SDS finds endpoints by it, the proxy checks it. */
export const interactionIds = {
  /** https://developer.nhs.uk/apis/gpconnect-1-5-1/accessrecord_structured_development_retrieve_patient_record.html */
  getStructuredRecord: 'urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1',
} as const

export const interactionIdSystem = 'https://fhir.nhs.uk/Id/nhsServiceInteractionId'
export const partyKeySystem = 'https://fhir.nhs.uk/Id/nhsMhsPartyKey'
export const asidSystem = 'https://fhir.nhs.uk/Id/nhsSpineASID'
