import { Problem } from '../../kernel/problem.ts'
import { loadDefinitions } from '../../platform/definitions/load.ts'
import { postgresTenants } from '../../platform/tenants/postgres.ts'
import { rulesOf } from '../../services/fhir-server/search/index-rules.ts'
import { IndexKeeper } from '../../services/fhir-server/store/index-keeper.ts'
import {
  rebuildIndex,
  resourcesToRebuild,
  tenantsIndexed,
  tidyIndex,
} from '../../services/fhir-server/store/rebuild.ts'
import { loadConfig } from '../config.ts'
import { checkDatabase, openDatabase } from '../database.ts'
import { progress } from '../progress.ts'
import { publicUrlOf } from '../serve.ts'
import { stopRequest } from '../stop-request.ts'
import { type Wiring, wire } from '../wire.ts'
import { readArguments } from './arguments.ts'
import { type Command, type Context, UsageProblem } from './command.ts'

export const reindex: Command = {
  name: 'reindex',
  usage: '[--type TYPE…] [--tenant TENANT…] [--again]',
  summary: 'Makes the search index whole after a change of its rules',
  help: `A server does the same beside its requests, at half speed and for its own tenant; this is for all tenants, and at full
speed. Servers may go on reading and writing meanwhile: a search by what is not whole yet answers 503, all others go on.
It may be ended at any time, and goes on where it was when it is started again. Without a change of rules there is
nothing to do.

  --type TYPE      of these resource types alone
  --tenant TENANT  of these tenants alone, by name or number
  --again          all rows of the types, whatever made them: for an index that is thought to be wrong

Examples
  weft reindex
  weft reindex --type Patient --type Observation
  weft reindex --tenant northside --again`,
  async run(args, context) {
    const { values } = readArguments(args, {
      type: { type: 'string', multiple: true },
      tenant: { type: 'string', multiple: true },
      again: { type: 'boolean' },
    })
    const definitions = loadDefinitions()
    const types = values.type ?? definitions.resourceTypes
    const strange = types.find((type) => !definitions.isResourceType(type))
    if (strange !== undefined) throw new UsageProblem(`${strange} is no resource type of R4`)
    const stop = stopRequest()
    const config = loadConfig(context.environment)
    const access = await openDatabase(config, context.root)
    try {
      await checkDatabase(access, context.root)
      const publicUrl = publicUrlOf(config)
      const wiring = await wire(config, { databaseUrl: access.app, publicUrl, version: context.version })
      try {
        const tenants = await chosenTenants(wiring, values.tenant)
        for (const tenant of tenants) {
          if (stop.signal.aborted) return 1
          await ofTenant(tenant, { types, again: values.again === true }, wiring, context, stop.signal)
        }
        return stop.signal.aborted ? 1 : 0
      } finally {
        await wiring.stop()
      }
    } finally {
      await access.stop()
    }
  },
}

type Chosen = { readonly id: number; readonly name: string }

/** Those that have or had records, whether or not they are listed. */
async function chosenTenants({ database }: Wiring, wanted: readonly string[] | undefined): Promise<Chosen[]> {
  const names = new Map((await postgresTenants(database).list()).map(({ id, name }) => [id, name]))
  const all = (await tenantsIndexed(database)).map((id) => ({ id, name: names.get(id) ?? String(id) }))
  return (
    wanted?.map((name) => {
      const found = all.find((one) => one.name === name || String(one.id) === name)
      if (!found) throw new Problem('not-found', `There is no tenant ${name} with records`)
      return found
    }) ?? all
  )
}

async function ofTenant(
  { id, name }: Chosen,
  { types, again }: { types: readonly string[]; again: boolean },
  { database, config, publicUrl }: Wiring,
  context: Context,
  signal: AbortSignal,
): Promise<void> {
  const definitions = loadDefinitions()
  const keeper = await IndexKeeper.open(id, {
    database,
    definitions,
    rules: rulesOf(definitions),
    base: `${publicUrl}/fhir/`,
    // Other tenants may be served at other addresses.
    as: config.PUBLIC_URL !== undefined && id === config.TENANT ? 'server' : 'operator',
  })
  const nowMs = () => context.now().getTime()
  const between = async () => signal.throwIfAborted()
  const unlessAborted = (error: unknown) => {
    if (!signal.aborted) throw error
  }
  // What an earlier run has begun is gone on with first: begun again each time, it would never end.
  if (again && !keeper.unfinishedTypes.some((type) => types.includes(type))) await keeper.again(new Set(types))
  const unfinished = keeper.unfinishedTypes.filter((type) => types.includes(type))
  if (unfinished.length === 0) {
    await tidyIndex({ database, keeper, nowMs, between }).catch(unlessAborted)
    return context.print(`${name}: the index is whole`)
  }
  const bar = progress(context, `Indexing ${name}`, await resourcesToRebuild(database, keeper, unfinished))
  const told = (_type: string, resources: number) => bar.step(resources, resources)
  await rebuildIndex(unfinished, { database, keeper, nowMs, between, told }).catch(unlessAborted)
  bar.end()
  context.print(
    signal.aborted
      ? `${name}: ended before it was whole; weft reindex goes on where it was`
      : `${name}: the index of ${unfinished.length} types is whole`,
  )
  if (signal.aborted) return
  context.tell(`${name}: removing rows of before`)
  await tidyIndex({ database, keeper, nowMs, between }).catch(unlessAborted)
}
