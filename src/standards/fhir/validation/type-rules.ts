import type { Definitions, ElementDefinition, TypeDefinition } from '../definitions/definitions.ts'
import type { TypeReference } from '../definitions/extract.ts'
import { bindingCheck, type BindingCheck } from './bindings.ts'
import type { Invariant, InvariantCompiler } from './invariants.ts'
import { primitives, type Primitive } from './primitives.ts'

/** One JSON property of a type: `name`, `valueQuantity`, `_birthDate`. */
export type Property = {
  /** The element's name in FHIRPath: `value` for valueQuantity, `birthDate` for _birthDate. */
  readonly name: string
  readonly key: string
  /** For a primitive, the property beside it that carries id and extensions, or the one it stands beside. */
  readonly siblingKey: string
  readonly isSibling: boolean
  readonly isId: boolean
  readonly isArray: boolean
  readonly max: number
  readonly type: string
  /** What is checked of a value; undefined for objects. */
  readonly primitive: Primitive | undefined
  readonly isXhtml: boolean
  /** A URI that may name a contained resource. */
  readonly isUri: boolean
  readonly isResource: boolean
  readonly isReference: boolean
  readonly targets: ReadonlySet<string> | undefined
  readonly isSimpleQuantity: boolean
  readonly binding: BindingCheck | undefined
  readonly invariants: readonly Invariant[]
  /** One bit per required element of the type, one per choice; 0 for neither. */
  readonly requiredBit: number
  readonly choiceBit: number
  /** Of the value's type; looked up when first needed. */
  rules: TypeRules | undefined
}

export type TypeRules = {
  readonly name: string
  readonly isResource: boolean
  readonly isReference: boolean
  readonly properties: ReadonlyMap<string, Property>
  readonly requiredMask: number
  /** By bit. */
  readonly required: readonly { readonly name: string; readonly isChoice: boolean }[]
  readonly invariants: readonly Invariant[]
}

/** Compiles a type's rules when they are first asked for. */
export function compileTypes(definitions: Definitions, compileInvariant: InvariantCompiler) {
  const compiled = new Map<string, TypeRules>()

  return function rulesOf(name: string): TypeRules {
    let rules = compiled.get(name)
    if (!rules) {
      const type = definitions.type(name)
      if (!type) throw new Error(`No definition of ${name}`)
      rules = compileType(type, definitions, compileInvariant)
      compiled.set(name, rules)
    }
    return rules
  }
}

function compileType(type: TypeDefinition, definitions: Definitions, compileInvariant: InvariantCompiler): TypeRules {
  const elements = [...type.elements.values()]
  const required = elements.filter((element) => element.min > 0)
  const choices = elements.filter((element) => element.isChoice)
  // Bits of a 32-bit integer; no type of R4 comes near.
  if (required.length > 30 || choices.length > 30) throw new Error(`${type.name} has too many required elements`)
  const bit = (list: readonly ElementDefinition[], element: ElementDefinition) =>
    list.includes(element) ? 1 << list.indexOf(element) : 0

  const properties = new Map<string, Property>()
  for (const element of elements)
    for (const [key, reference] of element.properties) {
      const property = compileProperty(key, element, reference, definitions, compileInvariant, {
        requiredBit: bit(required, element),
        choiceBit: bit(choices, element),
      })
      properties.set(key, property)
      if (property.primitive) properties.set(`_${key}`, { ...property, isSibling: true, siblingKey: key, isId: false })
    }
  return {
    name: type.name,
    isResource: type.kind === 'resource',
    isReference: type.name === 'Reference',
    properties,
    requiredMask: required.reduce((mask, element) => mask | bit(required, element), 0),
    required: required.map(({ name, isChoice }) => ({ name, isChoice })),
    invariants: type.constraints.flatMap((constraint) => compileInvariant(constraint, type.name)),
  }
}

function compileProperty(
  key: string,
  element: ElementDefinition,
  reference: TypeReference,
  definitions: Definitions,
  compileInvariant: InvariantCompiler,
  bits: { requiredBit: number; choiceBit: number },
): Property {
  const type = reference.code
  const isXhtml = type === 'xhtml'
  const primitive = isXhtml ? primitives.get('string') : primitives.get(type)
  return {
    name: element.name,
    key,
    siblingKey: `_${key}`,
    isSibling: false,
    isId: key === 'id',
    isArray: element.isArray,
    max: element.max,
    type,
    primitive,
    isXhtml,
    isUri: type === 'uri' || type === 'url' || type === 'canonical',
    isResource: definitions.type(type)?.kind === 'resource',
    isReference: type === 'Reference',
    targets: type === 'Reference' && reference.targets ? new Set(reference.targets) : undefined,
    isSimpleQuantity: reference.profile === 'SimpleQuantity',
    binding: bindingCheck(element.binding, type, definitions),
    invariants: element.constraints.flatMap((constraint) => compileInvariant(constraint, type)),
    ...bits,
    rules: undefined,
  }
}
