/**
 * What a process knows of the rules of a tenant's search index: puts its own in force when it starts, follows what others
 * do to them, and says which indexes are not whole. docs/decisions/0008-index-rules.md
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../../../kernel/problem.ts'
import { type Database, LockTimeout, type Query, type Tx } from '../../../platform/database/port.ts'
import type { Definitions } from '../../../standards/fhir/definitions/definitions.ts'
import { buildSearchParameters } from '../search/build-parameters.ts'
import { originKey } from '../search/hash.ts'
import { areMine, type IndexRules, inRound, nextRules, type Rule } from '../search/index-rules.ts'
import type { SearchParameters } from '../search/parameters.ts'
import { originOfAddress } from '../search/values/reference.ts'
import { lockRules } from './lock-rules.ts'

export type IndexKeeperOptions = {
  readonly database: Database
  readonly definitions: Definitions
  /** Of this program. */
  readonly rules: ReadonlyMap<string, Rule>
  /** The address of this process, with a slash at its end. */
  readonly base: string
  /**
   * `server`: this program's rules and its address are put in force. `guest`: those in force are kept to, for what runs
   * beside a server must not change what that one goes by. `operator`: this program's rules, and the address that is kept.
   */
  readonly as: 'server' | 'guest' | 'operator'
}

export class IndexKeeper {
  readonly tenant: number
  readonly #database: Database
  readonly #definitions: Definitions
  readonly #mine: ReadonlyMap<string, Rule>
  #known: Known
  #following: Promise<void> | undefined

  private constructor(tenant: number, { database, definitions, rules }: IndexKeeperOptions, inForce: IndexRules) {
    this.tenant = tenant
    this.#database = database
    this.#definitions = definitions
    this.#mine = rules
    const parameters = builtParameters(definitions, inForce)
    this.#known = { followed: inForce, inForce, parameters, unfinished: new Set() }
  }

  static async open(tenant: number, options: IndexKeeperOptions): Promise<IndexKeeper> {
    const { database, rules, as } = options
    const stored = await readRules(asTenant(database, tenant), tenant)
    const base = as === 'server' ? options.base : (stored?.base ?? options.base)
    const isMine = stored !== undefined && areMine(stored, rules, base)
    if (as === 'guest' && stored && !isMine)
      throw new Problem(
        'conflict',
        'The search index goes by the rules of another version of Weft: start the server of this version first, or run weft reindex',
      )
    const keeper = new IndexKeeper(tenant, options, isMine ? stored : await putInForce(database, tenant, rules, base))
    await keeper.refresh()
    return keeper
  }

  /** Search parameters under the names that their rows have in this database. */
  get parameters(): SearchParameters {
    return this.#known.parameters
  }

  /** The server's address as the index has it, with a slash at its end. */
  get base(): string {
    return this.#known.followed.base
  }

  /** Names of the indexes whose rows are not whole. */
  get unfinished(): ReadonlySet<string> {
    return this.#known.unfinished
  }

  /** The database's, whoever put them in force, when it was so that these indexes and no others were not whole. */
  get rulesInForce(): string {
    return this.#known.inForce.rules
  }

  get unfinishedTypes(): readonly string[] {
    return [...new Set([...this.unfinished].map((name) => name.slice(0, name.search(/[.:]/))))]
  }

  /** Why this process may neither write nor trust all of the index. */
  get refusal(): string | undefined {
    return this.#known.inForce === this.#known.followed
      ? undefined
      : 'A server of another version or with another PUBLIC_URL has put its own rules in force: stop one of the two'
  }

  /** The names of a type's indexes that came in force after this round, and the greatest round of all. */
  since(type: string, round: number): { readonly names: ReadonlySet<string>; readonly round: number } {
    const { parameters, round: newest } = this.#known.followed
    const names = [...this.#mine].flatMap(([name, rule]) => {
      const itsRound = parameters[name]?.[1] ?? 0
      return rule.type === type && itsRound > round ? [inRound(name, itsRound)] : []
    })
    return { names: new Set(names), round: newest }
  }

  /** Follows what other processes have done. */
  follow(): Promise<void> {
    return (this.#following ??= this.#follow().finally(() => (this.#following = undefined)))
  }

  /** Until other rules are known than these, which were found to be of before. */
  async followFrom(rules: string): Promise<void> {
    // What was under way may have looked before they came.
    for (let looks = 0; looks < 2 && this.rulesInForce === rules; looks++) await this.follow()
  }

  async #follow(): Promise<void> {
    const stored = await readRules(asTenant(this.#database, this.tenant), this.tenant, this.rulesInForce)
    if (stored) await this.#take(stored)
    else if (this.unfinished.size > 0) await this.refresh()
  }

  /** Every row of these types is made again, under keys of a new round. */
  async again(types: ReadonlySet<string>): Promise<void> {
    await this.#take(await putInForce(this.#database, this.tenant, this.#mine, this.base, types))
  }

  async refresh(): Promise<void> {
    const known = this.#known
    const unfinished = await this.#unfinishedOf(known)
    if (this.#known.inForce === known.inForce) this.#known = { ...known, unfinished }
  }

  async #unfinishedOf({ followed, inForce }: Omit<Known, 'unfinished'>): Promise<ReadonlySet<string>> {
    if (followed === inForce) await this.#passEmptyTypes(inForce)
    const rows = await this.#database.query<{ type: string; round: number }>(this.tenant, {
      text: `select type, round from fhir.index_state where tenant = $1::int4`,
      values: [this.tenant],
    })
    const rounds = new Map(rows.map((row) => [row.type, row.round]))
    const names = [...this.#mine].flatMap(([name, { type }]) => {
      const [, round] = followed.parameters[name] ?? ['', 0]
      const isKept = inForce.parameters[name]?.[1] === round
      return isKept && (rounds.get(type) ?? -1) >= round ? [] : [inRound(name, round)]
    })
    return new Set(names)
  }

  /** A type that the tenant has nothing of is whole: whoever writes the first goes by the rules in force. */
  async #passEmptyTypes({ rules, round }: IndexRules): Promise<void> {
    await this.#database.query(this.tenant, {
      text: `insert into fhir.index_state (tenant, type, round)
        select $1::int4, t.type, case when t.nothing then $3::int4 else -1 end
        from (
          select type, not exists (select from fhir.resource r where r.tenant = $1 and r.type = k.type) as nothing,
            (select s.round from fhir.index_state s where s.tenant = $1 and s.type = k.type) as round
          from unnest($2::text[]) k(type)
        ) t
        where exists (select from fhir.index_rules where tenant = $1 and rules = $4::text)
        and (t.round is null or t.nothing and t.round < $3)
        on conflict (tenant, type) do update set round = excluded.round, goal = null
          where fhir.index_state.round < excluded.round`,
      values: [this.tenant, this.#definitions.resourceTypes, round, rules],
    })
  }

  /** All at once: by new rules and the old list of what is not whole, a search would find too little. */
  async #take(stored: IndexRules): Promise<void> {
    // Under other rules nothing that this process would write is right: the database refuses it by `rules`.
    const now = areMine(stored, this.#mine, this.base)
      ? { followed: stored, inForce: stored, parameters: builtParameters(this.#definitions, stored) }
      : { ...this.#known, inForce: stored }
    this.#known = { ...now, unfinished: await this.#unfinishedOf(now) }
  }
}

type Known = {
  /** Those that this process reads and writes by, and those of the database: others where another program came. */
  readonly followed: IndexRules
  readonly inForce: IndexRules
  readonly parameters: SearchParameters
  readonly unfinished: ReadonlySet<string>
}

const builtForDefinitions = new WeakMap<Definitions, Map<string, SearchParameters>>()

/** Compiled once for all tenants under the same rules. */
function builtParameters(definitions: Definitions, inForce: IndexRules): SearchParameters {
  const built = builtForDefinitions.get(definitions) ?? new Map<string, SearchParameters>()
  builtForDefinitions.set(definitions, built)
  const known = built.get(inForce.rules)
  if (known) return known
  const made = buildSearchParameters(definitions, inForce)
  built.set(inForce.rules, made)
  return made
}

const asTenant = (database: Database, tenant: number): Query => ({
  query: (statement) => database.query(tenant, statement),
})

/** Undefined where there are none, or they are those that are `known`. */
async function readRules(on: Query, tenant: number, known?: string): Promise<IndexRules | undefined> {
  const [row] = await on.query<IndexRules>({
    text: `select rules, base, parameters, round from fhir.index_rules
      where tenant = $1::int4 and rules is distinct from $2::text`,
    values: [tenant, known ?? null],
  })
  return row
}

/** How long writers are held up by waiting for others, and how long they go on before it is tried again. */
const lockWaitMs = 2_000
const pauseMs = 5_000
const tries = 12

/** Writes that are under way end first; whoever writes by other rules from then on is refused. */
async function putInForce(...asked: Parameters<typeof tryToPutInForce>): Promise<IndexRules> {
  for (let left = tries; left > 0; left--) {
    try {
      return await tryToPutInForce(...asked)
    } catch (error) {
      if (!(error instanceof LockTimeout)) throw error
    }
    await sleep(pauseMs)
  }
  throw new Problem(
    'unavailable',
    'The rules of the search index are to change, and a transaction that does not end keeps them, a backup for instance: try again when it has ended',
  )
}

function tryToPutInForce(
  database: Database,
  tenant: number,
  mine: ReadonlyMap<string, Rule>,
  base: string,
  again?: ReadonlySet<string>,
): Promise<IndexRules> {
  return database.transaction(tenant, async (tx) => {
    await lockRules(tx, lockWaitMs)
    const stored = await readRules(tx, tenant)
    if (stored && !again && areMine(stored, mine, base)) return stored
    const [records] = await tx.query<{ are: boolean }>({
      text: 'select exists (select from fhir.index_state where tenant = $1) as are',
      values: [tenant],
    })
    const moved =
      stored && stored.base !== base ? await typesFrom(tx, tenant, mine, [stored.base, base]) : new Set<string>()
    const next = nextRules(stored, mine, base, { hasRecords: records?.are === true, moved, ...(again && { again }) })
    await tx.query({
      text: `insert into fhir.index_rules (tenant, rules, base, parameters, round) values ($1, $2, $3, $4::jsonb, $5)
        on conflict (tenant) do update
        set rules = excluded.rules, base = excluded.base, parameters = excluded.parameters, round = excluded.round`,
      values: [tenant, next.rules, next.base, JSON.stringify(next.parameters), next.round],
    })
    return next
  })
}

/** Types of which there are resources with references to the origin of one of these addresses. */
async function typesFrom(
  tx: Tx,
  tenant: number,
  mine: ReadonlyMap<string, Rule>,
  addresses: readonly string[],
): Promise<ReadonlySet<string>> {
  const types = [...new Set([...mine.values()].map(({ type }) => type))]
  const asked = types.flatMap((type) =>
    addresses.map((address) => ({ type, key: originKey(type, originOfAddress(address) ?? '') })),
  )
  const rows = await tx.query<{ type: string }>({
    text: `select distinct k.type from unnest($2::text[], $3::int8[]) k(type, h) cross join lateral (
        select from fhir.ix where tenant = $1::int4 and h = k.h and until is null limit 1) i`,
    values: [tenant, asked.map(({ type }) => type), asked.map(({ key }) => String(key))],
  })
  return new Set(rows.map(({ type }) => type))
}
