/** Small shapes that every R4 resource is made of. https://hl7.org/fhir/R4/datatypes.html */
import type { Concept, Person, Quantity, Range } from '../person.ts'

export const systems = {
  snomed: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  cvx: 'http://hl7.org/fhir/sid/cvx',
  ucum: 'http://unitsofmeasure.org',
  nhsNumber: 'https://fhir.nhs.uk/Id/nhs-number',
  odsCode: 'https://fhir.nhs.uk/Id/ods-organization-code',
  made: 'https://weft.example/made-people',
} as const

export const usCore = (name: string) => ({
  meta: { profile: [`http://hl7.org/fhir/us/core/StructureDefinition/${name}`] },
})

export const coding = (system: keyof typeof systems, { code, display }: Concept) => ({
  system: systems[system],
  code,
  display,
})
export const snomed = (concept: Concept) => ({ coding: [coding('snomed', concept)], text: concept.display })
export const loinc = (concept: Concept) => ({ coding: [coding('loinc', concept)], text: concept.display })
/** A code of one of HL7's own systems, e.g. `hl7('condition-clinical', 'active', 'Active')`. */
export const hl7 = (system: string, code: string, display: string) => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code, display }],
})

export const quantity = ({ value, unit, ucum }: Quantity) => ({ value, unit, system: systems.ucum, code: ucum })
export const referenceRange = (range: Range | undefined, unit: { unit: string; ucum: string }) =>
  range && {
    referenceRange: [
      {
        ...(range.low !== undefined && { low: quantity({ value: range.low, ...unit }) }),
        ...(range.high !== undefined && { high: quantity({ value: range.high, ...unit }) }),
      },
    ],
  }

/** Ids are `{person}-{key}`, so that a reference can be written before its target is. */
export const idOf = (person: Person, key: string) => `${person.id}-${key}`
export const patientOf = (person: Person) => ({ reference: `Patient/${person.id}` })
export const encounterOf = (person: Person, key: string) => ({ reference: `Encounter/${idOf(person, key)}` })
export const identifierOf = (person: Person, key: string) => ({ system: systems.made, value: idOf(person, key) })
