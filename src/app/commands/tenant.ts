import { Problem } from '../../kernel/problem.ts'
import { postgres } from '../../platform/database/postgres.ts'
import type { Tenant, TenantRegister, TenantSettings } from '../../platform/tenants/port.ts'
import { postgresTenants } from '../../platform/tenants/postgres.ts'
import { loadConfig } from '../config.ts'
import { checkMigrations, openDatabase } from '../database.ts'
import { readArguments, wholeNumber } from './arguments.ts'
import { type Command, type Context, UsageProblem } from './command.ts'

export const tenant: Command = {
  name: 'tenant',
  usage: 'list | show TENANT | add NAME [--id N] | set TENANT validation=refuse|warn|default',
  summary: 'Shows the tenants, and changes what they have decided',
  help: `TENANT is a name or a number. Servers that run follow a change within a few seconds.

  list                   all tenants
  show TENANT            one
  add NAME [--id N]      another one; TENANT=N makes a server serve it
  set TENANT validation=refuse    resources that break rules of R4 are turned away
  set TENANT validation=warn      they are accepted, and the outcome carries a warning for each rule
  set TENANT validation=default   as the server's VALIDATION says

add and set connect as the role that owns the tables (DATABASE_OWNER_URL): the server itself cannot change them.

Examples
  weft tenant list
  weft tenant set local validation=warn
  weft tenant add northside --id 7`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, { id: { type: 'string' } })
    const [what, name, ...words] = positionals
    const work = workOf(what, name, words, wholeNumber(values.id, '--id'))
    return withRegister(context, what === 'add' || what === 'set', async (register) => {
      await work(register, context)
      return 0
    })
  },
}

type Work = (register: TenantRegister, context: Context) => Promise<void>

/** Read whole before anything is opened. */
function workOf(what: string | undefined, name: string | undefined, words: readonly string[], id?: number): Work {
  if (id !== undefined && what !== 'add') throw new UsageProblem('--id goes with add')
  if (what === 'list' && name === undefined) return async (register, context) => print(await register.list(), context)
  if (name !== undefined && what === 'show' && words.length === 0)
    return async (register, context) => print([await find(register, name)], context)
  if (name !== undefined && what === 'add' && words.length === 0) {
    if (/^\d*$/.test(name)) throw new UsageProblem('A name is not a number')
    if (id !== undefined && id > 2_147_483_647) throw new UsageProblem('--id is at most 2147483647')
    return async (register, context) => print([await register.add(name, id)], context)
  }
  if (name !== undefined && what === 'set') {
    const settings = settingsOf(words)
    return async (register, context) => {
      const { id } = await find(register, name)
      await register.change(id, settings)
      print([await find(register, String(id))], context)
    }
  }
  throw new UsageProblem('list, show TENANT, add NAME or set TENANT validation=…?')
}

function settingsOf(words: readonly string[]): TenantSettings {
  const [word = '', ...more] = words
  const [, value] = /^validation=(refuse|warn|default)$/.exec(word) ?? []
  if (value === undefined || more.length > 0)
    throw new UsageProblem('set wants validation=refuse, validation=warn or validation=default')
  return { validation: value === 'default' ? undefined : (value as 'refuse' | 'warn') }
}

async function find(register: TenantRegister, name: string): Promise<Tenant> {
  const found = (await register.list()).find((one) => one.name === name || String(one.id) === name)
  if (!found) throw new Problem('not-found', `There is no tenant ${name}: weft tenant list shows those there are`)
  return found
}

function print(tenants: readonly Tenant[], { print }: Context): void {
  const rows = [
    ['id', 'name', 'validation'],
    ...tenants.map(({ id, name, settings }) => [String(id), name, settings.validation ?? 'default']),
  ]
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  const [ids, names] = [width(0), width(1)]
  for (const [id = '', name = '', validation = ''] of rows)
    print(`${id.padStart(ids)}  ${name.padEnd(names)}  ${validation}`)
}

async function withRegister(
  context: Context,
  changes: boolean,
  work: (register: TenantRegister) => Promise<number>,
): Promise<number> {
  const access = await openDatabase(loadConfig(context.environment), context.root)
  try {
    if (changes && access.owner === undefined)
      throw new Problem(
        'invalid',
        'DATABASE_OWNER_URL is not set: tenants are changed as the role that owns the tables',
      )
    await checkMigrations(access, context.root)
    const connectionString = access.owner ?? access.app
    const database = postgres({ connectionString, maxConnections: 1, statementTimeoutMs: 30_000 })
    try {
      return await work(postgresTenants(database))
    } finally {
      await database.stop()
    }
  } finally {
    await access.stop()
  }
}
