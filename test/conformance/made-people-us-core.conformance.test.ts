import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { madeResources } from '../../simulators/people/bundles.ts'
import { readTgz } from './tgz.ts'

type Node = Record<string, unknown>
type Element = {
  readonly id: string
  readonly path: string
  readonly min: number
  readonly max: string
  readonly sliceName?: string
}
type Profile = { readonly url: string; readonly snapshot: { readonly element: readonly Element[] } }

const data = process.env.CONFORMANCE_DATA
const archive = data && join(data, 'us-core/hl7.fhir.us.core-5.0.1.tgz')
const missing = !archive ? 'CONFORMANCE_DATA is not set' : existsSync(archive) ? false : `${archive} is not there`

test('made people keep the US Core 5.0.1 profiles they claim: cardinalities, fixed values, patterns, required slices', {
  skip: missing,
}, () => {
  const profiles = new Map(profilesIn(archive as string).map((profile) => [profile.url, profile]))
  const faults = new Set<string>()
  const claimed = new Map<string, number>()
  for (const resource of madeResources()) {
    const claims = (resource.meta as { profile?: string[] } | undefined)?.profile ?? []
    for (const url of claims) {
      claimed.set(url, (claimed.get(url) ?? 0) + 1)
      const profile = profiles.get(url)
      if (!profile) faults.add(`${url} is no profile of US Core`)
      else for (const fault of faultsOf(resource, profile)) faults.add(`${url.split('/').pop()} ${fault}`)
    }
  }
  assert.deepEqual([...faults], [])
  assert.ok(claimed.size > 20, `${claimed.size} profiles`)
  console.log(`${[...claimed.values()].reduce((sum, count) => sum + count)} resources of ${claimed.size} profiles`)
})

function profilesIn(file: string): Profile[] {
  return [...readTgz(file)].flatMap(([name, bytes]) =>
    /StructureDefinition-us-core.*\.json$/.test(name) ? [JSON.parse(bytes.toString()) as Profile] : [],
  )
}

function* faultsOf(resource: Node, { snapshot }: Profile): Generator<string> {
  for (const element of snapshot.element) {
    const path = element.path.split('.').slice(1)
    if (path.length === 0) continue
    if (element.sliceName) {
      if (element.min > 0 && !hasSlice(resource, path, element, snapshot.element)) yield `lacks ${element.id}`
      continue
    }
    if (element.id.includes(':')) continue
    for (const parent of path.length === 1 ? [resource] : valuesAt(resource, path.slice(0, -1))) {
      const values = valuesAt(parent, path.slice(-1))
      if (values.length < element.min) yield `has too few ${element.path}`
      if (element.max !== '*' && values.length > Number(element.max)) yield `has too many ${element.path}`
      for (const wanted of demands(element))
        if (!values.every((value) => fits(wanted, value))) yield `differs at ${element.path}`
    }
  }
}

/** Some value at the path fits everything that is demanded of the slice and below it. */
function hasSlice(resource: Node, path: readonly string[], slice: Element, elements: readonly Element[]): boolean {
  const below = elements.filter(({ id }) => id === slice.id || id.startsWith(`${slice.id}.`))
  return valuesAt(resource, path).some((value) =>
    below.every((element) => {
      const inner = element.path.split('.').slice(1 + path.length)
      const candidates = inner.length === 0 ? [value] : valuesAt(value, inner)
      return demands(element).every((wanted) => candidates.some((candidate) => fits(wanted, candidate)))
    }),
  )
}

const demands = (element: Element): unknown[] =>
  Object.entries(element).flatMap(([name, value]) => (/^(?:pattern|fixed)[A-Z]/.test(name) ? [value] : []))

function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  return path.reduce<unknown[]>(
    (here, name) =>
      here.flatMap((each) => {
        if (typeof each !== 'object' || each === null) return []
        const choice = name.endsWith('[x]') ? name.slice(0, -3) : undefined
        return Object.entries(each)
          .filter(([key]) =>
            choice === undefined ? key === name : key.startsWith(choice) && /^[A-Z]/.test(key.slice(choice.length)),
          )
          .flatMap(([, inner]) => inner as unknown[])
      }),
    [value],
  )
}

function fits(wanted: unknown, value: unknown): boolean {
  if (Array.isArray(wanted))
    return wanted.every((each) => Array.isArray(value) && value.some((inner) => fits(each, inner)))
  if (typeof wanted !== 'object' || wanted === null) return wanted === value
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(wanted).every(([name, inner]) => fits(inner, (value as Node)[name]))
  )
}
