import type { Definitions, TypeDefinition } from '../../src/standards/fhir/definitions/definitions.ts'
import type { TypeReference } from '../../src/standards/fhir/definitions/extract.ts'
import { isRawNumber, parseJson } from '../../src/standards/fhir/json.ts'
import type { Resource } from '../../src/standards/fhir/types.ts'
import type { Random } from './random.ts'

/** A copy of a valid resource that breaks one rule in one place, and the element that a validator should name. */
export type Broken = { readonly rule: string; readonly resource: Resource; readonly expression: string }

type Json = Record<string, unknown>
/** An element's value in a resource: where it is held, and what the definitions say of it. */
type Place = {
  readonly holder: Json
  readonly key: string
  readonly name: string
  /** Of the holder. */
  readonly at: string
  readonly owner: TypeDefinition
  readonly type: TypeReference
  readonly isArray: boolean
  readonly min: number
  readonly isChoice: boolean
  readonly isRequiredCode: boolean
}
/** An object in a resource, with its type. */
type Node = { readonly value: Json; readonly type: string; readonly at: string }
type Breaker = (places: readonly Place[], nodes: readonly Node[], random: Random) => string | undefined

/** Every rule that finds a place to break in this resource, each on a copy of its own. */
export function breakEach(resource: Resource, definitions: Definitions, random: Random): Broken[] {
  return Object.entries(breakers).flatMap(([rule, breaker]) => {
    const copy = parseJson(JSON.stringify(resource)) as Resource
    const places: Place[] = []
    const nodes: Node[] = []
    collect(copy, copy.resourceType, copy.resourceType, definitions, places, nodes)
    const expression = breaker(places, nodes, random)
    return expression === undefined ? [] : [{ rule, resource: copy, expression }]
  })
}

const breakers: Record<string, Breaker> = {
  'missing required element': (places, _, random) =>
    change(
      places.filter((place) => place.min > 0 && Object.keys(place.holder).length > 2),
      random,
      (place) => {
        delete place.holder[place.key]
        delete place.holder[`_${place.key}`]
        return childOf(place)
      },
    ),
  'extra element': (_, nodes, random) =>
    changeNode(nodes, random, (node) => {
      node.value['notOfFhir'] = 'x'
      return `${node.at}.notOfFhir`
    }),
  'wrong type': (places, _, random) =>
    change(places, random, (place) => {
      const value = place.holder[place.key]
      if (Array.isArray(value)) {
        value[0] = typeof value[0] === 'string' ? 7 : 'text'
        return `${childOf(place)}[0]`
      }
      place.holder[place.key] = typeof value === 'string' ? { notOfFhir: true } : 'text'
      return childOf(place)
    }),
  'one value where an array belongs': (places, _, random) =>
    change(
      places.filter((place) => place.isArray),
      random,
      (place) => {
        place.holder[place.key] = (place.holder[place.key] as unknown[])[0]
        return childOf(place)
      },
    ),
  'wrong primitive format': (places, _, random) =>
    change(
      places.filter((place) => place.type.code in wrongFormats && !Array.isArray(place.holder[place.key])),
      random,
      (place) => {
        place.holder[place.key] = random.pick(wrongFormats[place.type.code] ?? [])
        return childOf(place)
      },
    ),
  'value outside a required binding': (places, _, random) =>
    change(
      places.filter((place) => place.isRequiredCode && !place.isArray),
      random,
      (place) => {
        place.holder[place.key] = place.type.code === 'code' ? 'not-a-code' : { coding: [{ code: 'not-a-code' }] }
        return childOf(place)
      },
    ),
  'two choices of one element': (places, _, random) =>
    change(
      places.filter((place) => place.isChoice && place.owner.elements.get(place.name)?.types.some(hasSample)),
      random,
      (place) => {
        const others = (place.owner.elements.get(place.name)?.types ?? []).filter(
          (type) => hasSample(type) && type.code !== place.type.code,
        )
        if (others.length === 0) return undefined
        const { code } = random.pick(others)
        place.holder[place.name + code.charAt(0).toUpperCase() + code.slice(1)] = samples[code]
        return childOf(place)
      },
    ),
  'broken invariant': (_, nodes, random) => {
    const able = nodes.flatMap((node) => (invariants[node.type] ?? []).map((violate) => ({ node, violate })))
    while (able.length > 0) {
      const [one] = able.splice(random.integer(able.length), 1)
      if (one?.violate(one.node.value)) return one.node.at
    }
    return undefined
  },
  'contained resource that is not there': (_, nodes, random) =>
    changeNode(
      nodes.filter((node) => node.type === 'Reference' && typeof node.value['reference'] === 'string'),
      random,
      (node) => {
        node.value['reference'] = '#not-there'
        return `${node.at}.reference`
      },
    ),
  'contained resource that nothing refers to': (places, nodes) => {
    const root = nodes[0]
    const mayContain = places.length > 0 && places[0]?.owner.properties.has('contained')
    if (!root || !mayContain || root.value['contained'] !== undefined) return undefined
    root.value['contained'] = [{ resourceType: 'Basic', id: 'alone', code: { text: 'x' } }]
    return `${root.at}.contained[0]`
  },
  'empty object': (places, _, random) =>
    change(
      places.filter(({ holder, key }) => isObject(firstOf(holder[key]))),
      random,
      (place) => {
        const value = place.holder[place.key]
        if (!Array.isArray(value)) place.holder[place.key] = {}
        else value[0] = {}
        return Array.isArray(value) ? `${childOf(place)}[0]` : childOf(place)
      },
    ),
  'empty array': (places, _, random) =>
    change(
      places.filter((place) => place.isArray),
      random,
      (place) => {
        place.holder[place.key] = []
        return childOf(place)
      },
    ),
  'null in an array': (places, _, random) =>
    change(
      places.filter((place) => place.isArray),
      random,
      (place) => {
        const value = place.holder[place.key] as unknown[]
        const index = random.integer(value.length)
        value[index] = null
        return `${childOf(place)}[${index}]`
      },
    ),
}

const wrongFormats: Readonly<Record<string, readonly unknown[]>> = {
  date: ['2019-02-29', '2019-13', '19-01-01', '2019-01-01T00:00:00Z', ''],
  dateTime: ['2019-02-30', '2019-01-01T00:00:00', '2019-01-01T24:00:00Z', '2019-01-01 00:00:00Z'],
  instant: ['2019-01-01', '2019-01-01T00:00:00', '2019-04-31T00:00:00Z'],
  uri: ['with a space', ''],
  url: ['with a space', ''],
  canonical: ['with a space', ''],
  id: ['under_score', 'x'.repeat(65), ''],
  code: [' leading', 'trailing ', 'two  spaces', ''],
  string: ['', '  ', 'bell \u0007'],
  positiveInt: [0, -1, 1.5, 2147483648],
  unsignedInt: [-1, 1.5, 2147483648],
  integer: [1.5, 2147483648],
  base64Binary: ['abc', 'ab=c', '****'],
  decimal: ['1.0'],
}

const samples: Readonly<Record<string, unknown>> = {
  string: 'x',
  boolean: true,
  dateTime: '2020-01-01',
  Period: { start: '2020-01-01' },
  Age: { value: 1, system: 'http://unitsofmeasure.org', code: 'a' },
  CodeableConcept: { text: 'x' },
  Quantity: { value: 1 },
  Reference: { display: 'x' },
}
const hasSample = ({ code }: TypeReference) => code in samples

/** By type of node: turns a valid one into one that breaks exactly that invariant; false where it cannot. */
const invariants: Readonly<Record<string, readonly ((node: Json) => boolean)[]>> = {
  Period: [(node) => assign(node, { start: '2021-01-02T00:00:00Z', end: '2021-01-01T00:00:00Z' })],
  Quantity: [(node) => node['code'] !== undefined && remove(node, 'system')],
  ContactPoint: [(node) => node['value'] !== undefined && remove(node, 'system')],
  Attachment: [(node) => assign(node, { data: 'AAAA' }) && remove(node, 'contentType')],
  Extension: [
    (node) => 'extension' in node && assign(node, { valueString: 'x' }),
    (node) => !('extension' in node) && assign(node, { extension: [{ url: 'http://x', valueString: 'x' }] }),
  ],
  Observation: [
    (node) =>
      Object.keys(node).some((key) => key.startsWith('value')) && assign(node, { dataAbsentReason: { text: 'x' } }),
  ],
  Patient: [],
  'Patient.contact': [
    (node) => {
      for (const key of ['name', 'telecom', 'address', 'organization']) delete node[key]
      return assign(node, { gender: 'male' })
    },
  ],
  Condition: [
    (node) =>
      assign(node, {
        abatementString: 'x',
        clinicalStatus: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
        },
      }) && Object.keys(node).filter((key) => key.startsWith('abatement')).length === 1,
  ],
  Organization: [
    (node) => {
      delete node['identifier']
      return remove(node, 'name')
    },
  ],
  CareTeam: [],
  'CarePlan.activity': [(node) => node['detail'] !== undefined && assign(node, { reference: { display: 'x' } })],
  ServiceRequest: [(node) => assign(node, { orderDetail: [{ text: 'x' }] }) && remove(node, 'code')],
  Immunization: [],
  'MedicationAdministration.dosage': [
    (node) => {
      for (const key of Object.keys(node)) if (/^(dose|rate)/.test(key)) delete node[key]
      return assign(node, { text: 'x' })
    },
  ],
  AllergyIntolerance: [(node) => remove(node, 'clinicalStatus')],
}

function assign(node: Json, values: Json): boolean {
  Object.assign(node, values)
  return true
}

function remove(node: Json, key: string): boolean {
  const was = node[key] !== undefined
  delete node[key]
  return was
}

function change(places: readonly Place[], random: Random, make: (place: Place) => string | undefined) {
  return places.length === 0 ? undefined : make(random.pick(places))
}

function changeNode(nodes: readonly Node[], random: Random, make: (node: Node) => string | undefined) {
  return nodes.length === 0 ? undefined : make(random.pick(nodes))
}

const childOf = (place: Place) => `${place.at}.${place.name}`
const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value)

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
}

function collect(
  value: Json,
  typeName: string,
  at: string,
  definitions: Definitions,
  places: Place[],
  nodes: Node[],
): void {
  const actual = typeof value['resourceType'] === 'string' ? value['resourceType'] : typeName
  const owner = definitions.type(actual)
  if (!owner) throw new Error(`No type ${actual}`)
  nodes.push({ value, type: actual, at })
  for (const [key, child] of Object.entries(value)) {
    const property = owner.properties.get(key)
    if (!property) continue
    const { element, type } = property
    const { binding } = element
    places.push({
      holder: value,
      key,
      name: element.name,
      at,
      owner,
      type,
      isArray: element.isArray,
      min: element.min,
      isChoice: element.isChoice,
      isRequiredCode:
        binding?.strength === 'required' &&
        definitions.codes(binding.valueSet) !== undefined &&
        (type.code === 'code' || type.code === 'CodeableConcept'),
    })
    const children: readonly unknown[] = Array.isArray(child) ? child : [child]
    children.forEach((one, index) => {
      const path = `${at}.${element.name}${element.isArray ? `[${index}]` : ''}`
      if (isObject(one)) collect(one, type.code, path, definitions, places, nodes)
    })
  }
}
