import { randomBytes, randomUUID } from 'node:crypto'
import { Problem } from '../../kernel/problem.ts'
import { parseNhsNumber } from '../../standards/nhs/nhs-number.ts'
import { loadConfig } from '../config.ts'
import { cacheSettings, wireCache } from '../wire-cache.ts'
import { readArguments } from './arguments.ts'
import { type Command, type Context, UsageProblem } from './command.ts'

export const cache: Command = {
  name: 'cache',
  usage: 'stats | purge [--patient NHS-NUMBER] [--kind KIND]',
  summary: 'Shows what the cache in Redis holds, or empties it',
  help: `  stats                 values and bytes, by kind
  purge                 forgets everything; nothing but time is lost
  --patient NHS-NUMBER  forgets one patient: record, document, demographics
  --kind KIND           forgets one kind: record, document, pds, sds

A cache in memory belongs to its server and ends with it: its figures are at /metrics.

Examples
  weft cache stats
  weft cache purge --patient 9990000000`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, { patient: { type: 'string' }, kind: { type: 'string' } })
    const [what, ...more] = positionals
    if ((what !== 'stats' && what !== 'purge') || more.length > 0) throw new UsageProblem('stats or purge?')
    if (what === 'stats' && (values.patient ?? values.kind))
      throw new UsageProblem('stats takes no --patient or --kind')
    const subject = values.patient === undefined ? undefined : parseNhsNumber(values.patient)
    if (values.patient !== undefined && !subject) throw new UsageProblem('--patient wants an NHS number')
    const { kind } = values

    const wired = await connected(context)
    try {
      if (what === 'stats') await printContents(wired.cache, context)
      else {
        const gone = await wired.cache.purge({ ...(kind && { kind }), ...(subject && { subject }) })
        context.print(`${gone} values forgotten`)
      }
      return 0
    } finally {
      await wired.cache.close()
    }
  },
}

async function connected(context: Context) {
  const settings = cacheSettings(loadConfig(context.environment))
  if (!settings.url)
    throw new Problem(
      'invalid',
      'CACHE_URL is not set: the cache is in the memory of the server, and its figures at /metrics',
    )
  const tell = (event: string, fields?: object) => context.tell(`${event} ${JSON.stringify(fields ?? {})}`)
  const wired = wireCache(settings, {
    clock: context.now,
    ids: randomUUID,
    log: { info: () => {}, warn: tell, error: tell },
    seconds: () => performance.now() / 1000,
    randomBytes,
  })
  await wired.connected()
  if (wired.cache.figures().available) return wired
  await wired.cache.close()
  throw new Problem('unavailable', 'Redis at CACHE_URL does not answer')
}

async function printContents(cache: ReturnType<typeof wireCache>['cache'], context: Context): Promise<void> {
  const { kinds, entries, bytes } = await cache.contents()
  const row = (name: string, size: { entries: number; bytes: number }) =>
    context.print(`${name.padEnd(12)} ${String(size.entries).padStart(10)} ${String(size.bytes).padStart(14)}`)
  context.print(`${'kind'.padEnd(12)} ${'values'.padStart(10)} ${'bytes'.padStart(14)}`)
  for (const [kind, size] of Object.entries(kinds).toSorted(([a], [b]) => a.localeCompare(b))) row(kind, size)
  row('in all', { entries, bytes })
}
