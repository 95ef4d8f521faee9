/** Queries whose values come from the data, from near misses and from nowhere. */
import type { SearchParameterDefinition } from '../../src/standards/fhir/definitions/definitions.ts'
import type { Resource } from '../../src/standards/fhir/types.ts'
import type { Random } from '../builders/random.ts'
import { impliedSystem, type Parameter, type Query } from './scan.ts'
import { amountsOf, stringsOf, targetsOf, tokensOf } from './value-matches.ts'
import { definitions, nameOf, parameterOf, type Value, valuesOf, type World } from './world.ts'

export type AskedQuery = Query & {
  readonly sort: readonly { readonly code: string; readonly descending: boolean }[]
  readonly count: number
  readonly includes: readonly Parameter[]
  readonly wantsTotal: boolean
}

/** What of the world the queries are drawn from; made anew when the world has changed. */
export type Drawer = { next(): AskedQuery }

export function drawer(world: World, random: Random): Drawer {
  const byType = Map.groupBy(world.resources.values(), ({ resourceType }) => resourceType)
  const types = [...byType.keys()].sort()
  const chance = (of: number) => random.integer(of) === 0
  const of = (type: string): readonly Resource[] => byType.get(type) ?? []
  const searchable = (type: string) =>
    [...definitions.searchParameters(type).values()].filter(({ code }) => parameterOf(type, code) && code !== '_id')
  const referrers = types.flatMap((type) =>
    searchable(type).flatMap((parameter) =>
      parameter.type === 'reference' && of(type).some((one) => valuesOf(one, parameter).length > 0)
        ? [{ type, code: parameter.code }]
        : [],
    ),
  )

  /** A parameter that some resource has a value of, mostly; and such a resource. */
  function used(type: string, kind?: string): { parameter: SearchParameterDefinition; values: readonly Value[] } {
    const all = searchable(type).filter((one) => kind === undefined || one.type === kind)
    const resource = random.pick(of(type))
    const present = all.filter((one) => valuesOf(resource, one).length > 0)
    const parameter = random.pick(present.length > 0 && !chance(12) ? present : all.length > 0 ? all : searchable(type))
    return { parameter, values: valuesOf(resource, parameter) }
  }

  function term(type: string, depth: number): Parameter {
    const roll = random.integer(20)
    if (roll === 0)
      return { name: chance(6) ? '_id:not' : '_id', value: list(() => escape(random.pick(of(type)).id as string)) }
    if (roll <= 4 && depth < 3) {
      const found = chain(type, depth)
      if (found) return found
    }
    if (roll <= 6 && depth < 2) {
      const found = has(type, depth)
      if (found) return found
    }
    return plainTerm(type)
  }

  function chain(type: string, depth: number): Parameter | undefined {
    const { parameter, values } = used(type, 'reference')
    if (parameter.type !== 'reference') return undefined
    const targets = values
      .flatMap((value) => targetsOf(value, world.base))
      .flatMap((name) => world.resources.get(name) ?? [])
    if (targets.length === 0) return undefined
    const { resourceType: to } = random.pick(targets)
    const rest = term(to, depth + 1)
    // Without the type a parameter may mean several things, one in each type that the reference leads to.
    const isNamed = parameter.target.length !== 1 || chance(2)
    return { name: `${parameter.code}${isNamed ? `:${to}` : ''}.${rest.name}`, value: rest.value }
  }

  function has(type: string, depth: number): Parameter | undefined {
    const candidates = referrers.filter(({ type: from, code }) => {
      const target = parameterOf(from, code)?.target ?? []
      return target.length === 0 || target.includes(type) || target.includes('Resource')
    })
    if (candidates.length === 0) return undefined
    const { type: from, code } = random.pick(candidates)
    const rest = term(from, depth + 1)
    return { name: `_has:${from}:${code}:${rest.name}`, value: rest.value }
  }

  function plainTerm(type: string): Parameter {
    const { parameter, values } = used(type)
    const { code } = parameter
    if (chance(12)) return { name: `${code}:missing`, value: chance(2) ? 'true' : 'false' }
    const one = () => wanted(type, parameter, chance(5) ? valuesOf(random.pick(of(type)), parameter) : values)
    const value = list(one)
    if (parameter.type === 'string') return { name: code + random.pick(['', '', ':exact', ':contains']), value }
    if (parameter.type === 'token') return { name: code + (chance(5) ? ':not' : ''), value }
    if (parameter.type !== 'reference') return { name: code, value }
    const identified = values.flatMap(({ value: held }) => (held as { identifier?: object }).identifier ?? [])
    if (identified.length > 0 && chance(3))
      return {
        name: `${code}:identifier`,
        value: list(() => token({ type: 'Identifier', value: random.pick(identified) })),
      }
    const to = values.flatMap((held) => targetsOf(held, world.base)).find((name) => world.resources.has(name))
    const toType = to?.split('/')[0]
    const isTyped = toType !== undefined && (parameter.target.length === 0 || parameter.target.includes(toType))
    return { name: isTyped && chance(4) ? `${code}:${toType}` : code, value }
  }

  const list = (one: () => string) => Array.from({ length: chance(5) ? 1 + random.integer(4) : 1 }, one).join(',')

  function wanted(type: string, parameter: SearchParameterDefinition, values: readonly Value[]): string {
    const value = values.length > 0 ? random.pick(values) : undefined
    if (parameter.type === 'token') return token(value, impliedSystem(type, parameter))
    if (parameter.type === 'string') return string(value)
    if (parameter.type === 'reference') return reference(value)
    if (parameter.type === 'date') return date(value)
    if (parameter.type === 'uri') return escape(spoiled(typeof value?.value === 'string' ? value.value : 'urn:nothing'))
    return amount(value, parameter.type === 'quantity')
  }

  const spoiled = (text: string) => (chance(8) ? `${text}x` : chance(16) ? [...text].slice(1).join('') || 'x' : text)

  function token(value: Value | undefined, implied?: string): string {
    const tokens = value ? tokensOf(value).filter(({ system, code }) => system ?? code) : []
    if (tokens.length === 0) return random.pick(['nothing', 'urn:none|x', '|x', 'urn:none|'])
    const { system = implied, code } = random.pick(tokens)
    if (code === undefined) return `${escape(system ?? 'urn:none')}|`
    const form = random.integer(8)
    if (form === 0) return `|${escape(code)}`
    if (form === 1 && system !== undefined) return `${escape(system)}|`
    if (form <= 4 && system !== undefined) return `${escape(spoiled(system))}|${escape(spoiled(code))}`
    return escape(chance(6) ? code.toUpperCase() : spoiled(code))
  }

  function string(value: Value | undefined): string {
    const texts = value ? stringsOf(value) : []
    const whole = [...(texts.length > 0 ? random.pick(texts) : random.pick(['zz', '%', '_', 'é', '\\']))]
    const from = chance(3) ? random.integer(whole.length) : 0
    const part = chance(2) ? whole : whole.slice(from, from + 1 + random.integer(whole.length - from))
    const text = part.join('').trim() || 'a'
    const cased = random.pick([text, text, text.toUpperCase(), text.toLowerCase(), text.normalize('NFD')])
    return escape(spoiled(cased))
  }

  function reference(value: Value | undefined): string {
    const targets = value ? targetsOf(value, world.base) : []
    const target = targets.length > 0 ? random.pick(targets) : nameOf(random.pick([...world.resources.values()]))
    const [, id] = target.split('/')
    const isLocal = world.resources.has(target)
    return escape(
      random.pick([
        target,
        target,
        isLocal ? (id as string) : target,
        isLocal ? `${world.base}${target}` : target,
        `${target}x`,
        isLocal ? `http://elsewhere.example/fhir/${target}` : target,
      ]),
    )
  }

  const prefixes = ['', '', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']

  function date(value: Value | undefined): string {
    const texts = value
      ? [...JSON.stringify(value.value).matchAll(/\d{4}(-\d\d(-\d\d(T[^"]+)?)?)?/g)].map(([text]) => text)
      : []
    const text =
      texts.length > 0 ? random.pick(texts) : random.pick(['2024', '1999-12', '2025-02-28', '2026-01-01T00:00:00Z'])
    const lengths = [4, 7, 10, 16, 19, text.length].filter((length) => length <= text.length)
    const cut = text.slice(0, random.pick(lengths))
    const zone = /T/.test(cut) && cut !== text ? random.pick(['', 'Z', '+01:00', '-05:30']) : ''
    const moved = chance(5)
      ? String(Math.min(9999, Number(cut.slice(0, 4)) + random.integer(3) - 1)).padStart(4, '0') + cut.slice(4)
      : cut
    const real =
      Number.isNaN(Date.parse(moved.length > 10 ? `${moved.slice(0, 10)}T00:00:00Z` : moved)) || /02-29/.test(moved)
    return random.pick(prefixes) + (real ? cut : moved) + zone
  }

  function amount(value: Value | undefined, isQuantity: boolean): string {
    const [has] = value ? amountsOf(value) : []
    const base = has ? ([has.lo, has.hi].find(Number.isFinite) ?? 1) : random.integer(200)
    const digits = random.pick([
      String(base),
      String(base),
      base.toFixed(random.integer(4)),
      String(Math.round(base)),
      String(base + random.integer(3) - 1),
      base === 0 ? '0' : base.toExponential(random.integer(2)).replace('+', ''),
    ])
    if (!isQuantity || !has) return random.pick(prefixes) + digits
    const { system = '', code = has.unit ?? '', unit = code } = has
    const tail = random.pick([
      '',
      '',
      `|${escape(system)}|${escape(code)}`,
      `||${escape(code)}`,
      `||${escape(unit)}`,
      `|${escape(system)}|`,
      '||nothing',
    ])
    return random.pick(prefixes) + digits + tail
  }

  function sortOf(type: string): AskedQuery['sort'] {
    if (!chance(3)) return []
    return Array.from({ length: chance(3) ? 2 + random.integer(2) : 1 }, () => ({
      code: chance(10) ? '_id' : used(type).parameter.code,
      descending: chance(2),
    }))
  }

  function includesOf(type: string): Parameter[] {
    if (!chance(6)) return []
    const asked: Parameter[] = []
    for (let left = 1 + random.integer(3); left > 0; left--) {
      const iterate = chance(4) ? ':iterate' : ''
      const from = chance(3) ? random.pick(types) : type
      if (chance(2)) {
        const references = searchable(from).filter((one) => one.type === 'reference')
        if (references.length > 0) {
          const { code } = random.pick(references)
          asked.push({ name: `_include${iterate}`, value: chance(5) ? `${from}:*` : `${from}:${code}` })
        }
      } else if (referrers.length > 0) {
        const { type: back, code } = random.pick(referrers)
        asked.push({ name: `_revinclude${iterate}`, value: `${back}:${code}` })
      }
    }
    return asked
  }

  return {
    next() {
      const type = random.pick(types)
      const terms = Array.from({ length: random.pick([0, 1, 1, 1, 1, 2, 2, 3]) }, () => term(type, 0))
      const wantsTotal = chance(5)
      const count = chance(4) ? 1 + random.integer(12) : 1000
      const common = { terms, count, wantsTotal }
      if (chance(15)) {
        const two = [...new Set([type, random.pick(types)])]
        const shared = random.pick(['_lastUpdated', '_tag', '_profile', '_id'])
        const asked = shared === '_id' ? (random.pick(of(type)).id as string) : plainTermOf(type, shared)
        return { ...common, types: two, terms: [{ name: shared, value: asked }], sort: [], includes: [] }
      }
      const sort = sortOf(type)
      const includes = includesOf(type)
      const compartments = [...definitions.compartments].filter((owner) => of(owner).length > 0)
      const owner = random.pick(compartments)
      const isIn = owner === type || definitions.compartmentParameters(owner, type).length > 0
      if (isIn && chance(8)) {
        const compartment = nameOf(random.pick(of(owner)))
        return { ...common, types: [type], compartment, sort, includes }
      }
      if (chance(40))
        return { ...common, types: [], compartment: nameOf(random.pick(of(owner))), terms: [], sort: [], includes: [] }
      return { ...common, types: [type], sort, includes }
    },
  }

  function plainTermOf(type: string, code: string): string {
    const parameter = parameterOf(type, code) as SearchParameterDefinition
    return wanted(type, parameter, valuesOf(random.pick(of(type)), parameter))
  }
}

const escape = (text: string) => text.replaceAll(/[\\,|$]/g, '\\$&')

/** The query as an address, without the server's. */
export function addressOf({ types, compartment, terms, sort, count, includes, wantsTotal }: AskedQuery): string {
  const path =
    compartment === undefined ? (types.length === 1 ? `/${types[0]}` : '/') : `/${compartment}/${types[0] ?? '*'}`
  const parameters: Parameter[] = [
    ...(types.length > 1 ? [{ name: '_type', value: types.join(',') }] : []),
    ...terms,
    ...(sort.length > 0
      ? [{ name: '_sort', value: sort.map(({ code, descending }) => (descending ? '-' : '') + code).join(',') }]
      : []),
    ...includes,
    ...(wantsTotal ? [{ name: '_total', value: 'accurate' }] : []),
    { name: '_count', value: String(count) },
  ]
  return `${path}?${parameters.map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')}`
}
