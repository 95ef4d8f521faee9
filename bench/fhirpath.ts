/**
 * FHIRPath beside floors of the same run: plain paths against a walk written by hand that yields the same typed values,
 * and every search parameter of every resource against the npm library. Reads the made resources below, and with
 * CONFORMANCE_DATA set, Synthea. `node bench/fhirpath.ts`
 */
import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'
import { loadDefinitions } from '../src/platform/definitions/load.ts'
import { compileFhirPath } from '../src/standards/fhir/fhirpath/compile.ts'
import { typedValue, type TypedValue } from '../src/standards/fhir/fhirpath/typed-value.ts'
import type { Resource } from '../src/standards/fhir/types.ts'
import { syntheaResources } from '../test/conformance/resources.ts'

const definitions = loadDefinitions()

const patients = Array.from({ length: 1000 }, (_, i) =>
  JSON.parse(
    JSON.stringify({
      resourceType: 'Patient',
      id: `p${i}`,
      name: [{ family: `Family${i}`, given: ['Ann', `Given${i}`] }, { given: ['Nick'] }],
      ...(i % 2 === 0 ? { birthDate: '1980-01-01' } : {}),
      telecom: [{ system: 'phone', value: `${i}` }],
      maritalStatus: { coding: [{ system: 's', code: 'M' }] },
    }),
  ),
) as Resource[]

type Made = {
  name?: { given?: string[]; _given?: object[]; family?: string }[]
  birthDate?: string
  _birthDate?: object
  maritalStatus?: { coding?: object[] }
}

/** As a careful person would write them: lists checked, the type of each value said. */
const handWritten: Record<string, (resource: Made & Resource) => TypedValue[]> = {
  'Patient.name.given'(resource) {
    const found: TypedValue[] = []
    if (resource.resourceType !== 'Patient') return found
    const names = resource.name
    if (Array.isArray(names))
      for (const name of names) {
        const { given, _given: companions } = name
        if (companions === undefined && Array.isArray(given))
          for (const one of given) if (one !== null) found.push(typedValue('string', one))
      }
    return found
  },
  'Patient.birthDate'(resource) {
    const found: TypedValue[] = []
    if (resource.resourceType !== 'Patient') return found
    const value = resource.birthDate
    const companion = resource._birthDate
    if (companion !== undefined) found.push({ ...typedValue('date', value), companion })
    else if (value !== undefined) found.push(typedValue('date', value))
    return found
  },
  'Patient.maritalStatus.coding'(resource) {
    const found: TypedValue[] = []
    if (resource.resourceType !== 'Patient') return found
    const coding = resource.maritalStatus?.coding
    if (Array.isArray(coding)) for (const one of coding) found.push(typedValue('Coding', one))
    return found
  },
}

function microseconds(run: () => number, rounds: number): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    const count = run()
    best = Math.min(best, ((performance.now() - start) * 1000) / count)
  }
  return best
}

for (const [expression, byHand] of Object.entries(handWritten)) {
  const compiled = compileFhirPath(expression, { type: 'Patient', definitions })
  const over = (path: (resource: Resource) => readonly TypedValue[]) => () => {
    let found = 0
    for (let i = 0; i < 20; i++) for (const patient of patients) found += path(patient).length
    if (found === 0) throw new Error('nothing found')
    return 20 * patients.length
  }
  const floor = microseconds(over(byHand), 15)
  const ours = microseconds(over(compiled), 15)
  console.log(
    `${expression}: ${ours.toFixed(3)} µs, by hand ${floor.toFixed(3)} µs, ratio ${(ours / floor).toFixed(2)}`,
  )
}

const data = process.env.CONFORMANCE_DATA
if (!data) console.log('CONFORMANCE_DATA is not set: search extraction is not measured')
else {
  const require = createRequire(import.meta.url)
  const library = require('fhirpath') as {
    compile(expression: string, model: unknown, options: object): (value: unknown) => unknown[]
  }
  const r4: unknown = require('fhirpath/fhir-context/r4')
  const resources = [...syntheaResources(data)]
  const extraction = (compile: (expression: string, type: string) => (value: unknown) => readonly unknown[]) => {
    const paths = new Map<string, ((value: unknown) => readonly unknown[])[]>()
    return () => {
      let found = 0
      for (const resource of resources) {
        let list = paths.get(resource.resourceType)
        if (!list) {
          list = [...definitions.searchParameters(resource.resourceType).values()]
            .filter(({ expression }) => expression !== '')
            .map(({ expression }) => compile(expression, resource.resourceType))
          paths.set(resource.resourceType, list)
        }
        for (const path of list) found += path(resource).length
      }
      if (found === 0) throw new Error('nothing found')
      return resources.length
    }
  }
  const ours = microseconds(
    extraction((expression, type) => compileFhirPath(expression, { type, definitions })),
    5,
  )
  const theirs = microseconds(
    // The library would fetch what resolve() leads to; asking for the text costs it less.
    extraction((expression) =>
      library.compile(expression.replaceAll(/resolve\(\) is \w+/g, 'reference.exists()'), r4, {}),
    ),
    3,
  )
  const perSecond = (value: number) => Math.round(1e6 / value).toLocaleString('en')
  console.log(
    `every search parameter of ${resources.length} Synthea resources: ${perSecond(ours)} resources/s, library ${perSecond(theirs)}, ratio ${(theirs / ours).toFixed(1)}`,
  )
}
