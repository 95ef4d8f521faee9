import type { Resource } from '../../src/standards/fhir/types.ts'
import type { Parameter } from './scan.ts'
import { targetsOf } from './value-matches.ts'
import { definitions, nameOf, parameterOf, valuesOf, type World } from './world.ts'

/** What comes with the matches. https://hl7.org/fhir/R4/search.html#revinclude */
export function includedWith(world: World, matches: readonly Resource[], asked: readonly Parameter[]): Set<string> {
  const found = new Set<string>()
  const seen = new Set(matches.map(nameOf))
  let wave = [...matches]
  for (let first = true; wave.length > 0; first = false) {
    const next: Resource[] = []
    for (const { name, value } of asked) {
      if (!first && !name.endsWith(':iterate')) continue
      const [type = '', code = '', target] = value.split(':')
      const reached = name.startsWith('_include')
        ? forwards(world, wave, type, code)
        : backwards(world, wave, type, code, target)
      for (const one of reached) {
        const isAsked = name.startsWith('_revinclude') || target === undefined || one.resourceType === target
        if (!isAsked || seen.has(nameOf(one))) continue
        seen.add(nameOf(one))
        found.add(nameOf(one))
        next.push(one)
      }
    }
    wave = next
  }
  return found
}

function forwards(world: World, wave: readonly Resource[], type: string, code: string): Resource[] {
  return wave
    .filter(({ resourceType }) => resourceType === type)
    .flatMap((one) => referredTo(world, one, code).flatMap((target) => world.resources.get(target) ?? []))
}

function backwards(world: World, wave: readonly Resource[], type: string, code: string, target: string | undefined) {
  const names = new Set(wave.filter(({ resourceType }) => target === undefined || resourceType === target).map(nameOf))
  return [...world.resources.values()].filter(
    (one) => one.resourceType === type && referredTo(world, one, code).some((name) => names.has(name)),
  )
}

/** By one parameter, or by all of them: `*`. */
function referredTo(world: World, resource: Resource, code: string): string[] {
  const codes = code === '*' ? [...definitions.searchParameters(resource.resourceType).keys()] : [code]
  return codes.flatMap((each) => {
    const parameter = parameterOf(resource.resourceType, each)
    if (!parameter || parameter.type !== 'reference') return []
    return valuesOf(resource, parameter).flatMap((value) => targetsOf(value, world.base))
  })
}
