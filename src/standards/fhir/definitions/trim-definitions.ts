import { expandValueSet, type CodeSystem, type ValueSet } from './expand-value-set.ts'
import type { Extract, ExtractedType } from './extract.ts'
import { trimSearchParameter, type SearchParameter } from './trim-search-parameter.ts'
import { trimStructure, type StructureDefinition } from './trim-structure.ts'

/** What is read of a CompartmentDefinition. https://hl7.org/fhir/R4/compartmentdefinition.html */
export type CompartmentDefinition = {
  readonly resourceType: 'CompartmentDefinition'
  readonly code: string
  readonly resource: readonly { readonly code: string; readonly param?: readonly string[] }[]
}

export type Published =
  | StructureDefinition
  | SearchParameter
  | CompartmentDefinition
  | ValueSet
  | CodeSystem
  | { readonly resourceType: 'other' }

const fhirVersion = '4.0.1'

/** The published definitions of FHIR R4, cut down to what Weft reads. What another version or a vendor added is left out. */
export function trimDefinitions(published: readonly Published[]): Extract {
  const of = <Type extends Published['resourceType']>(type: Type) =>
    published.filter((one): one is Of<Type> => one.resourceType === type)
  const types: Record<string, ExtractedType> = {}
  for (const definition of of('StructureDefinition').filter(isBase)) Object.assign(types, trimStructure(definition))
  const isResourceType = (name: string) => types[name]?.kind === 'resource'
  const terminology = {
    valueSets: new Map(of('ValueSet').map((one) => [one.url, one])),
    codeSystems: new Map(of('CodeSystem').map((one) => [one.url, one])),
  }
  const codes: Record<string, NonNullable<ReturnType<typeof expandValueSet>>> = {}
  for (const url of requiredValueSets(types)) {
    const listed = expandValueSet(url, terminology)
    if (listed) codes[url] = listed
  }
  return {
    fhirVersion,
    types,
    searchParameters: of('SearchParameter')
      .filter((one) => one.version === fhirVersion && one.url.startsWith('http://hl7.org/fhir/SearchParameter/'))
      .map((one) => trimSearchParameter(one, isResourceType)),
    compartments: Object.fromEntries(
      of('CompartmentDefinition').map((one) => [
        one.code,
        Object.fromEntries(one.resource.filter((entry) => entry.param).map((entry) => [entry.code, entry.param ?? []])),
      ]),
    ),
    codes,
  }
}

type Of<Type> = Published & { readonly resourceType: Type }

function isBase(definition: StructureDefinition): boolean {
  return (
    definition.derivation !== 'constraint' &&
    definition.kind !== 'logical' &&
    definition.type !== 'MetadataResource' &&
    (definition.version ?? fhirVersion) === fhirVersion &&
    definition.url === `http://hl7.org/fhir/StructureDefinition/${definition.type}`
  )
}

function requiredValueSets(types: Readonly<Record<string, ExtractedType>>): Set<string> {
  const elements = Object.values(types).flatMap((type) => Object.values(type.elements ?? {}))
  const bindings = elements.flatMap((element) => element.binding ?? [])
  return new Set(
    bindings.flatMap(({ strength, valueSet, maxValueSet }) => [
      ...(strength === 'required' ? [valueSet] : []),
      ...(maxValueSet ? [maxValueSet] : []),
    ]),
  )
}
