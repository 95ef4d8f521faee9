import { loadConfig } from '../config.ts'
import { migrateDatabase, openDatabase } from '../database.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './command.ts'

export const migrate: Command = {
  name: 'migrate',
  usage: '',
  summary: 'Brings the database to the state this version needs',
  help: `Connects as the owner of the tables, DATABASE_OWNER_URL; without it, to the embedded PostgreSQL.

Examples
  weft migrate
  DATABASE_OWNER_URL=postgres://weft_owner:…@db/weft weft migrate`,
  async run(args, { environment, root, print }) {
    readArguments(args, {})
    const access = await openDatabase(loadConfig(environment), root)
    try {
      const names = await migrateDatabase(access, root)
      for (const name of names) print(name)
      print(names.length === 0 ? 'Nothing to do' : `${names.length} migrations ran`)
    } finally {
      await access.stop()
    }
    return 0
  },
}
