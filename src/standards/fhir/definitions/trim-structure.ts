import type { Constraint, ExtractedElement, ExtractedType, TypeKind, TypeReference } from './extract.ts'

/** What is read of a StructureDefinition. https://hl7.org/fhir/R4/structuredefinition.html */
export type StructureDefinition = {
  readonly resourceType: 'StructureDefinition'
  readonly url: string
  readonly type: string
  readonly kind: string
  readonly abstract: boolean
  readonly derivation?: string
  readonly version?: string
  readonly baseDefinition?: string
  readonly snapshot: { readonly element: readonly ElementDefinitionJson[] }
}

/** What is read of an ElementDefinition. https://hl7.org/fhir/R4/elementdefinition.html */
export type ElementDefinitionJson = {
  readonly path: string
  readonly min: number
  readonly max: string
  readonly base?: { readonly path: string; readonly max: string; readonly min: number }
  readonly type?: readonly {
    readonly code: string
    readonly targetProfile?: readonly string[]
    readonly profile?: readonly string[]
    readonly extension?: readonly {
      readonly url: string
      readonly valueUrl?: string
      readonly valueString?: string
    }[]
  }[]
  readonly contentReference?: string
  readonly binding?: {
    readonly strength: 'required' | 'extensible' | 'preferred' | 'example'
    readonly valueSet?: string
    readonly extension?: readonly { readonly url: string; readonly valueCanonical?: string }[]
  }
  readonly constraint?: readonly {
    readonly key: string
    readonly severity: 'error' | 'warning'
    readonly human: string
    readonly expression?: string
    readonly source?: string
  }[]
  readonly isSummary?: boolean
  readonly isModifier?: boolean
  readonly [fixedOrPattern: string]: unknown
}

/** One StructureDefinition becomes its type and a type for each of its backbone elements, by name. */
export function trimStructure(definition: StructureDefinition): Record<string, ExtractedType> {
  const elements = definition.snapshot.element
  const parents = new Set(elements.map((element) => parentOf(element.path)))
  const types: Record<string, ExtractedType> = {}
  for (const element of elements) {
    const isRoot = !element.path.includes('.')
    if (!isRoot && !(parents.has(element.path) && !element.contentReference)) continue
    const own = elements.filter((child) => parentOf(child.path) === element.path && isOwn(child))
    types[element.path] = {
      kind: isRoot ? kindOf(definition) : 'backbone',
      ...optional('base', isRoot ? localName(definition.baseDefinition) : localName(element.type?.[0]?.code)),
      ...(isRoot && definition.abstract ? { abstract: true as const } : {}),
      ...optional('constraints', constraintsOf(element, definition.url)),
      ...optional('regex', isRoot ? primitiveRegex(elements) : undefined),
      ...(own.length > 0 && kindOf(definition) !== 'primitive'
        ? {
            elements: Object.fromEntries(
              own.map((child) => [elementName(child.path), trimElement(child, definition, parents)]),
            ),
          }
        : {}),
    }
  }
  return types
}

function trimElement(
  element: ElementDefinitionJson,
  definition: StructureDefinition,
  parents: Set<string>,
): ExtractedElement {
  const hasChildren = parents.has(element.path)
  return {
    path: element.path,
    ...(element.min > 0 ? { min: element.min } : {}),
    ...(element.max === '1' ? {} : { max: element.max === '*' ? 0 : Number(element.max) }),
    types: element.contentReference
      ? [{ code: element.contentReference.replace(/^.*#/, '') }]
      : hasChildren
        ? [{ code: element.path }]
        : (element.type ?? []).map((type) => trimType(type, element.path)),
    ...(element.path.endsWith('[x]') ? { choice: true as const } : {}),
    ...optional('binding', bindingOf(element)),
    ...optional('constraints', hasChildren ? undefined : constraintsOf(element, definition.url)),
    ...optional('fixed', prefixed(element, 'fixed')),
    ...optional('pattern', prefixed(element, 'pattern')),
    ...(element.isSummary ? { summary: true as const } : {}),
    ...(element.isModifier ? { modifier: true as const } : {}),
  }
}

function trimType(type: NonNullable<ElementDefinitionJson['type']>[number], path: string): TypeReference {
  const fhirType = type.extension?.find((one) => one.url.endsWith('/structuredefinition-fhir-type'))?.valueUrl
  // R4 publishes Resource.id as a System.String of FHIR type string; its own page and regular expression say id.
  const code = path === 'Resource.id' ? 'id' : (fhirType ?? type.code)
  const targets = type.targetProfile?.map((profile) => localName(profile) ?? profile)
  const isAny = targets?.includes('Resource')
  return {
    code,
    ...(targets && !isAny ? { targets } : {}),
    ...optional('profile', localName(type.profile?.[0])),
  }
}

function bindingOf(element: ElementDefinitionJson): ExtractedElement['binding'] {
  const binding = element.binding
  if (!binding?.valueSet) return undefined
  const maximum = binding.extension?.find((one) => one.url.endsWith('/elementdefinition-maxValueSet'))?.valueCanonical
  return {
    strength: binding.strength,
    valueSet: withoutVersion(binding.valueSet),
    ...optional('maxValueSet', maximum && withoutVersion(maximum)),
  }
}

/** Only those this definition states itself: a snapshot repeats what the element's type says anyway (ele-1, ext-1). */
function constraintsOf(element: ElementDefinitionJson, url: string): Constraint[] | undefined {
  const own = (element.constraint ?? []).filter((one) => one.expression && (!one.source || one.source === url))
  const isInherited = (key: string) =>
    (key === 'ele-1' || key === 'ext-1') && element.path !== 'Element' && element.path !== 'Extension'
  const kept = own.filter((one) => !isInherited(one.key))
  return kept.length > 0
    ? kept.map(({ key, severity, human, expression }) => ({ key, severity, human, expression: expression ?? '' }))
    : undefined
}

function primitiveRegex(elements: readonly ElementDefinitionJson[]): string | undefined {
  const value = elements.find((element) => /^[a-z]\w*\.value$/.test(element.path))
  return value?.type?.[0]?.extension?.find((one) => one.url.endsWith('/regex'))?.valueString
}

/** A definition that narrows what it inherits states the element again. */
function isOwn(element: ElementDefinitionJson): boolean {
  const { base } = element
  return !base || base.path === element.path || base.min !== element.min || base.max !== element.max
}

function kindOf(definition: StructureDefinition): TypeKind {
  if (definition.kind === 'resource') return 'resource'
  return definition.kind === 'primitive-type' ? 'primitive' : 'complex'
}

function prefixed(element: ElementDefinitionJson, prefix: string): unknown {
  const key = Object.keys(element).find((name) => new RegExp(`^${prefix}[A-Z]`).test(name))
  return key === undefined ? undefined : element[key]
}

const parentOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('.')))
const elementName = (path: string) => path.slice(path.lastIndexOf('.') + 1).replace('[x]', '')
const localName = (url: string | undefined) => url?.slice(url.lastIndexOf('/') + 1)
export const withoutVersion = (canonical: string) => canonical.split('|')[0] ?? canonical

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value }
}
