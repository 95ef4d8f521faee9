/** Asks a server and the scan the same, and says where they differ. */
import type { Resource } from '../../src/standards/fhir/types.ts'
import type { Ask } from '../harness/fhir.ts'
import { includedWith } from './includes.ts'
import { addressOf, type AskedQuery } from './random-queries.ts'
import { compare, scan, sortKey } from './scan.ts'
import { nameOf, type World } from './world.ts'

type Entry = { readonly search: { readonly mode: string }; readonly resource: Resource }

/** What is wrong with the server's answer; nothing when it is what a scan finds. */
export async function difference(
  world: World,
  ask: Ask,
  query: AskedQuery,
  betweenPages?: () => Promise<void>,
): Promise<string | undefined> {
  const address = addressOf(query)
  const tell = (what: string) => `${what}\n  ${decodeURIComponent(address.replaceAll('+', ' '))}`
  const entries: Entry[] = []
  for (let next: string | undefined = address, pages = 0; next !== undefined; pages++) {
    const { status, text, json } = await ask('GET', next)
    if (status !== 200) return tell(`${status} ${text.slice(0, 400)}`)
    await betweenPages?.()
    if (pages > 2000) return tell('the pages do not end')
    entries.push(...(json.entry ?? []))
    const page: Entry[] = json.entry ?? []
    const matches = page.filter(isMatch).map(({ resource }) => resource)
    const shown = matches.length
    const included = page.filter(({ search }) => search.mode === 'include').map(({ resource }) => nameOf(resource))
    const mayBe = query.includes.length > 0 ? [...includedWith(world, matches, query.includes)] : []
    // A server may leave out what is too much, if it says so: then what came must be among what may come.
    const isCut = page.some(({ search, resource }) => search.mode === 'outcome' && isIncomplete(resource))
    const among = new Set(included)
    const wrong = differentSets('included', included, isCut ? mayBe.filter((name) => among.has(name)) : mayBe, tell)
    if (wrong) return wrong
    next = json.link.find(({ relation }: { relation: string }) => relation === 'next')?.url
    if (shown > query.count || (next !== undefined && shown < query.count)) return tell(`a page of ${shown}`)
    if (query.wantsTotal) {
      const want = scan(world, query).length
      if (json.total !== want) return tell(`total ${json.total} where there are ${want}`)
    }
  }
  const outcome = entries.find(({ search, resource }) => search.mode === 'outcome' && !isIncomplete(resource))
  if (outcome) return tell(`not understood: ${JSON.stringify(outcome.resource.issue)}`)
  const found = entries.filter(isMatch).map(({ resource }) => resource)
  const want = scan(world, query)
  return differentSets('matches', found.map(nameOf), want.map(nameOf), tell) ?? wrongOrder(world, found, query, tell)
}

const isIncomplete = ({ issue }: Resource) => (issue as { code: string }[]).every(({ code }) => code === 'incomplete')
const isMatch = ({ search }: Entry) => search.mode === 'match'

function differentSets(
  what: string,
  found: readonly string[],
  want: readonly string[],
  tell: (text: string) => string,
) {
  const [have, wanted] = [new Set(found), new Set(want)]
  if (have.size < found.length) return tell(`${what}: something came twice`)
  const missing = want.filter((name) => !have.has(name))
  const extra = found.filter((name) => !wanted.has(name))
  if (missing.length + extra.length === 0) return undefined
  return tell(
    `${what}: not found ${missing.slice(0, 5)} (${missing.length}); found beyond ${extra.slice(0, 5)} (${extra.length})`,
  )
}

/** Equal keys may stand in any order. */
function wrongOrder(world: World, found: readonly Resource[], { sort }: AskedQuery, tell: (text: string) => string) {
  for (const [n, resource] of found.entries()) {
    const before = found[n - 1]
    if (!before) continue
    for (const { code, descending } of sort) {
      const [x, y] = [before, resource].map((one) => sortKey(world, one, code, descending))
      if (x === undefined && y !== undefined)
        return tell(`${nameOf(before)} without ${code} before ${nameOf(resource)}`)
      if (x === undefined || y === undefined) {
        if (x === y) continue
        break
      }
      const order = compare(x, y) * (descending ? -1 : 1)
      if (order > 0) return tell(`${nameOf(before)} (${code} ${x}) before ${nameOf(resource)} (${y})`)
      if (order < 0) break
    }
  }
  return undefined
}
