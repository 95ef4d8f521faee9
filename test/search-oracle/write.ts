/** Puts resources into the server, and what comes back of them into the world. */
import assert from 'node:assert/strict'
import type { Resource } from '../../src/standards/fhir/types.ts'
import type { Random } from '../builders/random.ts'
import type { Ask } from '../harness/fhir.ts'
import { nameOf, type World } from './world.ts'

export async function load(world: World, ask: Ask, resources: readonly Resource[]): Promise<void> {
  for (let from = 0; from < resources.length; from += 500) {
    const entry = resources
      .slice(from, from + 500)
      .map((resource) => ({ resource, request: { method: 'PUT', url: nameOf(resource) } }))
    const answer = await ask(
      'POST',
      '/',
      { resourceType: 'Bundle', type: 'transaction', entry },
      { prefer: 'return=representation' },
    )
    assert.equal(answer.status, 200, answer.text.slice(0, 1000))
    for (const { resource } of answer.json.entry) world.resources.set(nameOf(resource), resource)
  }
}

/** Updates with another's content, deletions, and what was deleted coming back: alone, and several in a transaction. */
export async function stir(
  world: World,
  ask: Ask,
  random: Random,
  times: number,
  gone: Map<string, Resource>,
): Promise<void> {
  for (let left = times; left > 0; left--) {
    const all = [...world.resources.values()]
    const one = random.pick(all)
    const roll = random.integer(10)
    if (roll < 3) {
      const { status } = await ask('DELETE', `/${nameOf(one)}`)
      assert.equal(status, 204)
      world.resources.delete(nameOf(one))
      gone.set(nameOf(one), one)
    } else if (roll < 5 && gone.size > 0) {
      const [name, resource] = random.pick([...gone])
      await put(world, ask, resource)
      gone.delete(name)
    } else if (roll < 6) {
      const some = Array.from({ length: 5 }, () => random.pick(all))
      await load(
        world,
        ask,
        [...new Set(some)].map((resource) => ({ ...random.pick(like(all, resource)), id: resource.id as string })),
      )
    } else await put(world, ask, { ...random.pick(like(all, one)), id: one.id as string })
  }
}

const like = (all: readonly Resource[], { resourceType }: Resource) =>
  all.filter((other) => other.resourceType === resourceType)

async function put(world: World, ask: Ask, resource: Resource): Promise<void> {
  const { status, text, json } = await ask('PUT', `/${nameOf(resource)}`, resource)
  assert.match(String(status), /^20[01]$/, text)
  world.resources.set(nameOf(json), json)
}
