import { Problem } from '../../../kernel/problem.ts'
import type { Definitions } from '../definitions/definitions.ts'
import type { Ast, TypeSpecifier } from './ast.ts'
import type { TypedValue } from './typed-value.ts'

const systemTypes: ReadonlySet<string> = new Set([
  'Boolean',
  'String',
  'Integer',
  'Decimal',
  'Date',
  'DateTime',
  'Time',
  'Quantity',
  'Any',
])

/** A type as values carry it: `Patient`, `System.String`. FHIR's own name wins where both have one (Quantity). A Problem for an unknown one. */
export function resolveType({ namespace, name }: TypeSpecifier, definitions: Definitions): string {
  if (namespace === 'System') return `System.${name}`
  if ((namespace === undefined || namespace === 'FHIR') && definitions.type(name)) return name
  if (namespace === undefined && systemTypes.has(name)) return `System.${name}`
  throw new Problem('invalid', `FHIRPath: there is no type ${namespace ? `${namespace}.` : ''}${name}`)
}

/** The argument of `is(FHIR.Patient)` is written like a path. */
export function typeSpecifierOf(ast: Ast | undefined): TypeSpecifier {
  if (ast?.kind === 'member') {
    if (!ast.target) return { namespace: undefined, name: ast.name }
    if (ast.target.kind === 'member' && !ast.target.target) return { namespace: ast.target.name, name: ast.name }
  }
  throw new Problem('invalid', 'FHIRPath: expected the name of a type')
}

/** `is`: the type or one derived from it. */
export function isOfType(value: TypedValue, type: string, definitions: Definitions): boolean {
  if (value.type === type) return true
  if (type === 'System.Any') return value.type.startsWith('System.')
  if (type === 'System.Quantity') return false
  return definitions.isSubtype(value.type, type)
}

/** `as` and `ofType`: for primitives the very type, so that a code is not taken for a string. https://hl7.org/fhir/R4/fhirpath.html */
export function isExactlyOfType(value: TypedValue, type: string, definitions: Definitions): boolean {
  if (value.type === type) return true
  return definitions.type(type)?.kind !== 'primitive' && isOfType(value, type, definitions)
}
