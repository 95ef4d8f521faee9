import { Problem } from '../../../kernel/problem.ts'

/** One part of a Parameters resource. https://hl7.org/fhir/R4/parameters.html */
export type Part = { readonly name?: unknown; readonly part?: readonly Part[]; readonly [value: string]: unknown }

/** https://hl7.org/fhir/R4/fhirpatch.html: what an operation says, before anything is looked up. */
export type PatchOperation = {
  readonly type: 'add' | 'insert' | 'delete' | 'replace' | 'move'
  readonly path: string
  readonly name: string | undefined
  readonly value: Part | undefined
  readonly index: number | undefined
  readonly source: number | undefined
  readonly destination: number | undefined
  /** Where it stands in the Parameters. */
  readonly at: string
}

const types: ReadonlySet<unknown> = new Set<PatchOperation['type']>(['add', 'insert', 'delete', 'replace', 'move'])

/** The operations of a Parameters resource, in order; a Problem for one that lacks what its type needs. */
export function readOperations(parameters: unknown): PatchOperation[] {
  const { resourceType, parameter = [] } = (parameters ?? {}) as { resourceType?: unknown; parameter?: unknown }
  if (resourceType !== 'Parameters' || !Array.isArray(parameter))
    throw new Problem('invalid', 'A FHIRPath Patch is a Parameters resource', { at: 'Parameters.parameter' })
  return (parameter as Part[]).map((one, index) => readOperation(one, `Parameters.parameter[${index}]`))
}

function readOperation(parameter: Part, at: string): PatchOperation {
  if (parameter?.name !== 'operation' || !Array.isArray(parameter.part))
    throw new Problem('invalid', 'Each parameter of a FHIRPath Patch is an operation with parts', { at })
  const parts = new Map((parameter.part as Part[]).map((part) => [part?.name, part]))
  const type = textOf(parts.get('type'))
  const path = textOf(parts.get('path'))
  if (!types.has(type)) throw new Problem('invalid', 'An operation is add, insert, delete, replace or move', { at })
  if (path === undefined) throw new Problem('invalid', 'An operation has a path', { at })
  const operation: PatchOperation = {
    type: type as PatchOperation['type'],
    path,
    name: textOf(parts.get('name')),
    value: parts.get('value'),
    index: integerOf(parts.get('index')),
    source: integerOf(parts.get('source')),
    destination: integerOf(parts.get('destination')),
    at,
  }
  for (const needed of needs[operation.type])
    if (operation[needed] === undefined) throw new Problem('invalid', `${type} needs a part named ${needed}`, { at })
  return operation
}

const needs: Readonly<Record<PatchOperation['type'], readonly (keyof PatchOperation)[]>> = {
  add: ['name', 'value'],
  insert: ['index', 'value'],
  delete: [],
  replace: ['value'],
  move: ['source', 'destination'],
}

function textOf(part: Part | undefined): string | undefined {
  const value = part && Object.entries(part).find(([key]) => key.startsWith('value'))?.[1]
  return typeof value === 'string' ? value : undefined
}

function integerOf(part: Part | undefined): number | undefined {
  const value = part?.valueInteger
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined
}
