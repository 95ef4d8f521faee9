import { Problem } from '../../../kernel/problem.ts'
import { resourceType } from './navigate.ts'
import type { Run } from './state.ts'
import { typedValue, type Collection } from './typed-value.ts'

const constants: Readonly<Record<string, string>> = {
  sct: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
  ucum: 'http://unitsofmeasure.org',
}

/** `%resource` and its like. https://hl7.org/fhir/R4/fhirpath.html#variables */
export function variableNamed(name: string): Run {
  const fixed = fixedText(name)
  if (fixed !== undefined) {
    const collection = [typedValue('System.String', fixed)]
    return () => collection
  }
  if (name === 'context') return ({ evaluation }) => [evaluation.root]
  if (name === 'resource') return ({ evaluation: { environment, root } }) => asResource(environment.resource, [root])
  if (name === 'rootResource')
    return ({ evaluation: { environment, root } }) =>
      asResource(environment.rootResource ?? environment.resource, [root])
  return ({ evaluation: { environment } }) => {
    const { variables = {} } = environment
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined
    if (value === undefined) throw new Problem('invalid', `FHIRPath: there is no variable %${name}`)
    return given(value)
  }
}

function fixedText(name: string): string | undefined {
  if (name.startsWith('vs-')) return `http://hl7.org/fhir/ValueSet/${name.slice(3)}`
  if (name.startsWith('ext-')) return `http://hl7.org/fhir/StructureDefinition/${name.slice(4)}`
  return Object.hasOwn(constants, name) ? constants[name] : undefined
}

function asResource(resource: object | undefined, otherwise: Collection): Collection {
  return resource === undefined ? otherwise : [typedValue(resourceType(resource, 'Resource'), resource)]
}

function given(value: Collection | string | number | boolean): Collection {
  if (typeof value === 'string') return [typedValue('System.String', value)]
  if (typeof value === 'number') return [typedValue('System.Integer', value)]
  return typeof value === 'boolean' ? [typedValue('System.Boolean', value)] : value
}
