/** The commands, in the order of --help. */
import { cache } from './cache.ts'
import type { Command } from './command.ts'
import { convert } from './convert.ts'
import { gateway } from './gateway.ts'
import { load } from './load.ts'
import { migrate } from './migrate.ts'
import { reindex } from './reindex.ts'
import { serve } from './serve.ts'
import { simulate } from './simulate.ts'
import { start } from './start.ts'
import { tenant } from './tenant.ts'

export const commands: readonly Command[] = [
  start,
  serve,
  migrate,
  reindex,
  tenant,
  load,
  convert,
  gateway,
  cache,
  simulate,
]
