/** What this server can do, from what is registered. https://hl7.org/fhir/R4/http.html#capabilities */
import type { FhirServer } from '../server.ts'
import type { Interaction } from './interaction.ts'
import type { Operation } from '../operations/operation.ts'
import type { Result } from './result.ts'

export function capabilityStatement(
  server: FhirServer,
  interactions: readonly Interaction[],
  operations: readonly Operation[],
  startedAt: Date,
) {
  const codes = (prefix: '/' | '/:type') => [
    ...new Set(
      interactions.filter(({ path, code }) => code !== 'operation' && isBelow(path, prefix)).map(({ code }) => code),
    ),
  ]
  const has = (what: string) => interactions.some(({ conditional }) => conditional === what)
  const operationsOf = (level: Operation['on'][number], type?: string) =>
    operations
      .filter(
        ({ on, types }) => on.includes(level) && (type === undefined || types.length === 0 || types.includes(type)),
      )
      .map(({ code, definition }) => ({ name: code, definition }))
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: startedAt.toISOString(),
    kind: 'instance',
    software: { name: 'Weft', version: server.version },
    implementation: { description: 'Weft FHIR R4 server', url: server.base.slice(0, -1) },
    fhirVersion: server.definitions.fhirVersion,
    format: ['application/fhir+json', 'json'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json'],
    rest: [
      {
        mode: 'server',
        interaction: codes('/')
          .filter((code) => code !== 'capabilities')
          .flatMap((code) => (code === 'transaction' ? [{ code }, { code: 'batch' }] : [{ code }])),
        resource: server.parameters.resourceTypes.map((type) => resource(type)),
        // An empty list is not FHIR.
        ...(operationsOf('system').length > 0 && { operation: operationsOf('system') }),
        compartment: server.definitions.compartments.map(
          (name) => `http://hl7.org/fhir/CompartmentDefinition/${name.toLowerCase()}`,
        ),
      },
    ],
  }

  function resource(type: string) {
    const parameters = [...server.parameters.of(type).values()].filter(
      (one) => one.type !== 'composite' && one.type !== 'special',
    )
    const references = parameters.filter((one) => one.type === 'reference').map(({ code }) => `${type}:${code}`)
    const operation = [
      ...new Map(
        [...operationsOf('type', type), ...operationsOf('instance', type)].map((one) => [one.name, one]),
      ).values(),
    ]
    return {
      type,
      profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
      interaction: codes('/:type').map((code) => ({ code })),
      versioning: 'versioned-update',
      readHistory: true,
      updateCreate: true,
      conditionalCreate: has('create'),
      conditionalRead: 'full-support',
      conditionalUpdate: has('update'),
      conditionalDelete: has('delete') ? 'multiple' : 'not-supported',
      referencePolicy: ['literal', 'logical', 'local'],
      ...(references.length > 0 && { searchInclude: ['*', ...references] }),
      searchParam: parameters.map(({ code, url, type }) => ({ name: code, definition: url, type })),
      ...(operation.length > 0 && { operation }),
    }
  }
}

const isBelow = (path: string, prefix: '/' | '/:type') => path.startsWith('/:type') === (prefix === '/:type')

export const capabilityResult = (statement: object): Result => ({ status: 200, body: JSON.stringify(statement) })
